// The texts of facts/*.json, which are part of the binary (embed.cmake).
#pragma once

#include <string_view>

namespace emulator {

extern const std::string_view kSourcesJson;
extern const std::string_view kNestedJson;
extern const std::string_view kReportsJson;
extern const std::string_view kTypesJson;
extern const std::string_view kRevisionsJson;

}  // namespace emulator
