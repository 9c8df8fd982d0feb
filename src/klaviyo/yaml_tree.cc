#include "klaviyo/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "klaviyo/hint.h"

namespace klaviyo {

namespace {

using Kind = YamlNode::Kind;

constexpr size_t kMaxBytes = size_t{1} << 20;
constexpr size_t kMaxScalarBytes = size_t{64} << 10;
constexpr size_t kMaxDepth = 64;
constexpr int kMaxNodes = 10'000;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Thrown from within a parser's callbacks, and caught in parse_yaml_tree.
struct Refusal {
  Problem problem;
};

struct Place {
  int line;    // from 1
  int column;  // from 1; 0 unknown
};

std::string at_column(Place place, std::string_view what) {
  return (place.column > 0 ? "column " + std::to_string(place.column) + ": " : std::string()) + std::string(what);
}

[[noreturn]] void refuse(Place place, std::string_view what) { throw Refusal{{place.line, at_column(place, what)}}; }

// Length of the UTF-8 sequence at the beginning of a text (RFC 3629), or 0 when there is none.
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto continues = [&](size_t count) {
    for (size_t i = 1; i <= count; ++i) {
      if ((byte(i) & 0xC0U) != 0x80U) return false;
    }
    return true;
  };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF && continues(1)) return 2;
  const bool surrogate = first == 0xED && second > 0x9F;
  if ((first & 0xF0U) == 0xE0 && continues(2) && !(first == 0xE0 && second < 0xA0) && !surrogate) return 3;
  const bool in_range = !(first == 0xF0 && second < 0x90) && !(first == 0xF4 && second > 0x8F);
  if (first >= 0xF0 && first <= 0xF4 && continues(3) && in_range) return 4;
  return 0;
}

// yaml-cpp replaces wrong bytes, stops at U+0004 and takes a lone CR into the text; so the text is looked at first.
void check_characters(std::string_view text) {
  Place place{1, 1};
  if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF") refuse(place, "UTF-16; save it as UTF-8");
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const size_t length = utf8_length(text.substr(i));
    if (length == 0) refuse(place, "not UTF-8; save it as UTF-8");
    if (c == '\0') refuse(place, "a NUL character; save it as UTF-8 text");
    if (c == '\r' && text.substr(i + 1, 1) != "\n") {
      refuse(place, "a carriage return alone; end lines with LF or CR LF");
    }
    if ((static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r') || c == '\x7F') {
      refuse(place, "a control character; remove it");
    }
    place = c == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
    i += length;
  }
}

// Puts the tree together from a parser's events, and keeps the limits.
class TreeBuilder {
 public:
  void scalar(Kind kind, std::string text, Place place) {
    count(place);
    if (text.size() > kMaxScalarBytes) refuse(place, "a text of more than 64 KiB");
    if (expects_key()) {
      if (kind == Kind::null) refuse(place, "a key without text");
      return take_key(std::move(text), place);
    }
    attach(make(kind, std::move(text), place));
  }

  void open(Kind kind, Place place) {
    count(place);
    if (expects_key()) {
      refuse(place, "a map or list as a key; close the brackets, and expand or quote templates such as {{ env.NAME }}");
    }
    if (open_.size() >= kMaxDepth) refuse(place, "nested deeper than 64 levels");
    open_.push_back({make(kind, {}, place), {}, {}});
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    attach(std::move(node));
  }

  void report(Place place, std::string_view what) { problems_.push_back({place.line, at_column(place, what)}); }

  int last_line() const { return last_line_; }

  YamlTree finish() { return {std::move(root_), std::move(problems_), true}; }
  std::vector<Problem> problems() { return std::move(problems_); }

 private:
  struct Key {
    std::string text;
    int line;
    bool wanted;  // false: the value is read over
  };
  struct Frame {
    YamlNode node;
    std::optional<Key> key;  // of the value to come
    std::unordered_map<std::string, int> lines;
  };

  void count(Place place) {
    last_line_ = place.line;
    if (++nodes_ > kMaxNodes) refuse(place, "more than 10,000 values");
  }

  bool expects_key() const { return !open_.empty() && open_.back().node.kind == Kind::map && !open_.back().key; }

  void take_key(std::string text, Place place) {
    Frame& frame = open_.back();
    const auto [known, is_new] = frame.lines.emplace(text, place.line);
    if (!is_new) {
      problems_.push_back({place.line, key_label(text) + ": given twice, first in line " +
                                           std::to_string(known->second) + "; leave one out"});
    }
    const bool merge = text == "<<";
    if (merge) report(place, "the merge key '<<'; write the keys out");
    frame.key = Key{std::move(text), place.line, is_new && !merge};
  }

  YamlNode make(Kind kind, std::string text, Place place) const {
    YamlNode node;
    node.kind = kind;
    node.line = place.line;
    node.text = std::move(text);
    return node;
  }

  void attach(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = open_.back();
    const std::optional<Key> key = std::exchange(parent.key, std::nullopt);
    if (key && !key->wanted) return;
    if (key) {
      node.key = key->text;
      node.line = key->line;
    }
    parent.node.items.push_back(std::move(node));
  }

  YamlNode root_;
  std::vector<Frame> open_;
  std::vector<Problem> problems_;
  int nodes_ = 0;
  int last_line_ = 1;
};

Place place_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

class YamlEvents final : public YAML::EventHandler {
 public:
  explicit YamlEvents(TreeBuilder& builder) : builder_(builder) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse(place_of(mark), "a second document; give one only");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { builder_.scalar(Kind::null, {}, place_of(mark)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse(place_of(mark), "an alias; write it out"); }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    builder_.report(place_of(mark), "an anchor (&); remove it, or quote a text that begins with &");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    check_tag(mark, tag);
    builder_.scalar(Kind::scalar, value, place_of(mark));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    builder_.open(Kind::list, place_of(mark));
  }
  void OnSequenceEnd() override { builder_.close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    builder_.open(Kind::map, place_of(mark));
  }
  void OnMapEnd() override { builder_.close(); }

 private:
  // yaml-cpp gives "?" for what has no tag and "!" for quoted text.
  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    builder_.report(place_of(mark), "a tag (!); remove it, or quote a text that begins with !");
  }

  TreeBuilder& builder_;
  int documents_ = 0;
};

// In words of ours where yaml-cpp's would mislead.
Problem syntax_problem(const YAML::Exception& error, const TreeBuilder& builder) {
  if (error.msg == YAML::ErrorMsg::DOC_IN_SCALAR || error.msg == YAML::ErrorMsg::EOF_IN_SCALAR) {
    return {builder.last_line(), "a quote is not closed here or in the next value"};
  }
  const Place place = error.mark.is_null() ? Place{builder.last_line(), 0} : place_of(error.mark);
  return {place.line, at_column(place, "no valid YAML: " + error.msg +
                                           "; quote texts that hold ': ' or ' #', or begin with a special character")};
}

YamlTree parse_yaml(std::string_view text) {
  TreeBuilder builder;
  Problem fatal;
  try {
    // The end marker makes yaml-cpp see that a quote is not closed; it takes the end of the text for a quote otherwise.
    std::istringstream stream(std::string(text) + (text.ends_with('\n') ? "...\n" : "\n...\n"));
    YAML::Parser parser(stream);
    YamlEvents events(builder);
    while (parser.HandleNextDocument(events)) continue;
    return builder.finish();
  } catch (const Refusal& refusal) {
    fatal = refusal.problem;
  } catch (const YAML::Exception& error) {
    fatal = syntax_problem(error, builder);
  }
  YamlTree tree{{}, builder.problems(), false};
  tree.problems.push_back(std::move(fatal));
  return tree;
}

// Reads characters and counts the lines before the one that was read last.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, int* line) : at_(at), line_(line) {}
  reference operator*() const {
    if (after_newline_) ++*line_;
    after_newline_ = false;
    return *at_;
  }
  CountingIterator& operator++() {
    after_newline_ = *at_ == '\n';
    ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  int* line_;
  mutable bool after_newline_ = false;
};

class JsonEvents final : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonEvents(TreeBuilder& builder, const int& line) : builder_(builder), line_(line) {}

  bool null() override { return scalar(Kind::null, {}); }
  bool boolean(bool value) override { return scalar(Kind::scalar, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return scalar(Kind::scalar, std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(Kind::scalar, std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return scalar(Kind::scalar, text); }
  bool string(string_t& text) override { return scalar(Kind::scalar, text); }
  bool key(string_t& text) override { return scalar(Kind::scalar, text); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Kind::map); }
  bool start_array(size_t) override { return open(Kind::list); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(size_t, const std::string&, const nlohmann::json::exception&) override { return false; }

 private:
  bool scalar(Kind kind, std::string text) {
    builder_.scalar(kind, std::move(text), {line_, 0});
    return true;
  }
  bool open(Kind kind) {
    builder_.open(kind, {line_, 0});
    return true;
  }
  bool close() {
    builder_.close();
    return true;
  }

  TreeBuilder& builder_;
  const int& line_;
};

// Nothing when the text is no JSON: it may be YAML then.
std::optional<YamlTree> parse_json(std::string_view text) {
  TreeBuilder builder;
  int line = 1;
  JsonEvents events(builder, line);
  try {
    const CountingIterator begin(text.data(), &line);
    const CountingIterator end(text.data() + text.size(), &line);
    if (!nlohmann::json::sax_parse(begin, end, &events)) return std::nullopt;
    return builder.finish();
  } catch (const Refusal& refusal) {
    YamlTree tree{{}, builder.problems(), false};
    tree.problems.push_back(refusal.problem);
    return tree;
  }
}

}  // namespace

YamlTree parse_yaml_tree(std::string_view text) {
  if (text.size() > kMaxBytes) return {{}, {{1, "the configuration is larger than 1 MiB"}}, false};
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
  try {
    check_characters(text);
  } catch (const Refusal& refusal) {
    return {{}, {refusal.problem}, false};
  }
  // yaml-cpp does not know JSON's surrogate pairs, so that JSON has a parser of its own.
  if (text.substr(0, text.find_first_not_of(" \t\r\n") + 1).ends_with('{')) {
    if (std::optional<YamlTree> tree = parse_json(text)) return *std::move(tree);
  }
  return parse_yaml(text);
}

}  // namespace klaviyo
