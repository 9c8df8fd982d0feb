// The examples of a Markdown page, for tests that run them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace test_support {

/// A fenced block: between a line ```LANGUAGE and a line ```.
struct CodeBlock {
  std::string language;  // "yaml"; empty: none
  std::string text;      // without the fences; ends with a newline unless it is empty
  int line = 0;          // of the opening fence, counted from 1
};

/// In the order of the page. A block that does not end throws std::runtime_error.
std::vector<CodeBlock> code_blocks(std::string_view markdown);

/// Those of a page's YAML blocks that are whole configurations: with a line `in:`.
std::vector<CodeBlock> configurations(std::string_view markdown);

/// A configuration that reads from `base_url`: it becomes the first key of `in:`.
std::string with_base_url(const std::string& configuration, const std::string& base_url);

}  // namespace test_support
