#include "bulkload/sink/file_names.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "bulkload/sink/durable_file.h"

namespace bulkload {

namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Status;

constexpr size_t kMaxWidth = 9;
constexpr std::string_view kDigits = "0123456789";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

base::Result<FileNames> FileNames::parse(std::string prefix, std::string_view sequence_format, std::string extension) {
  const Status wrong(Code::config, "must have one or two numbers such as %03d, and no / or other directive");
  FileNames names;
  names.prefix_ = std::move(prefix);
  std::string_view rest = sequence_format;
  for (size_t percent = rest.find('%'); percent != std::string_view::npos; percent = rest.find('%')) {
    Number number;
    number.before = rest.substr(0, percent);
    rest.remove_prefix(percent + 1);
    const size_t width_end = std::min(rest.find_first_not_of(kDigits), rest.size());
    if (rest.starts_with('0')) number.padding = '0';
    std::from_chars(rest.data(), rest.data() + width_end, number.width);
    rest.remove_prefix(width_end);
    if (!rest.starts_with('d') || number.width > kMaxWidth) return wrong;
    rest.remove_prefix(1);
    names.numbers_.push_back(std::move(number));
  }
  names.end_ = std::string(rest) + std::move(extension);
  const bool sound = !names.numbers_.empty() && names.numbers_.size() <= 2;
  return sound && sequence_format.find('/') == std::string_view::npos ? base::Result<FileNames>(std::move(names))
                                                                      : wrong;
}

std::string FileNames::of(int64_t number) const {
  std::string name = prefix_;
  for (const Number& place : numbers_) {
    const std::string digits = std::to_string(&place == &numbers_.back() ? number : 0);
    name += place.before;
    if (digits.size() < place.width) name.append(place.width - digits.size(), place.padding);
    name += digits;
  }
  return name + end_;
}

base::Result<std::vector<int64_t>> FileNames::existing() const {
  std::vector<int64_t> numbers;
  const size_t slash = prefix_.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : prefix_.substr(0, slash + 1);
  std::error_code error;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = folder + entry->path().filename().string();
    if (!name.ends_with(end_)) continue;
    const size_t after = name.size() - end_.size();
    size_t begin = after;
    while (begin > 0 && is_digit(name[begin - 1])) --begin;
    int64_t number = 0;
    const auto [last, failed] = std::from_chars(name.data() + begin, name.data() + after, number);
    if (begin < after && failed == std::errc() && of(number) == name) numbers.push_back(number);
  }
  if (error) return io_error("list", folder.empty() ? "." : folder, error.value());
  return numbers;
}

}  // namespace bulkload
