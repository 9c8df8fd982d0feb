#pragma once

#include <string>
#include <string_view>

namespace emulator {

/// `data` as one gzip member, compressed for speed.
std::string gzip(std::string_view data);

}  // namespace emulator
