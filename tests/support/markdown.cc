#include "support/markdown.h"

#include <algorithm>
#include <stdexcept>

namespace test_support {
namespace {

constexpr std::string_view kFence = "```";
constexpr std::string_view kSection = "in:\n";

/// Where the line `in:` begins, or npos.
size_t find_section(std::string_view text) {
  if (text.starts_with(kSection)) return 0;
  const size_t at = text.find("\n" + std::string(kSection));
  return at == std::string_view::npos ? at : at + 1;
}

}  // namespace

std::vector<CodeBlock> code_blocks(std::string_view markdown) {
  std::vector<CodeBlock> blocks;
  bool inside = false;
  for (int line = 1; !markdown.empty(); ++line) {
    const std::string_view text = markdown.substr(0, markdown.find('\n'));
    markdown.remove_prefix(std::min(text.size() + 1, markdown.size()));
    if (text.starts_with(kFence)) {
      if (!inside) blocks.push_back({std::string(text.substr(kFence.size())), "", line});
      inside = !inside;
    } else if (inside) {
      blocks.back().text.append(text).append("\n");
    }
  }
  if (inside) throw std::runtime_error("the block of line " + std::to_string(blocks.back().line) + " does not end");
  return blocks;
}

std::vector<CodeBlock> configurations(std::string_view markdown) {
  std::vector<CodeBlock> found = code_blocks(markdown);
  std::erase_if(found, [](const CodeBlock& block) {
    return block.language != "yaml" || find_section(block.text) == std::string::npos;
  });
  return found;
}

std::string with_base_url(const std::string& configuration, const std::string& base_url) {
  const size_t at = find_section(configuration);
  if (at == std::string::npos) throw std::runtime_error("no line `in:` in\n" + configuration);
  std::string text = configuration;
  return text.insert(at + kSection.size(), "  base_url: \"" + base_url + "\"\n");
}

}  // namespace test_support
