#include "bulkload/config_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <sstream>
#include <utility>

#include "bulkload/sink/json_text.h"

namespace bulkload {

namespace {

constexpr size_t kMaxDepth = 64;
constexpr int kMaxNodes = 10'000;
constexpr size_t kMaxTextBytes = 64 * 1024;

/// What the tree builder does not take; thrown out of the parser, and caught where it was called.
class Refusal : public std::exception {
 public:
  Refusal(int line, std::string text) : line_(line), text_(std::move(text)) {}
  int line() const { return line_; }
  const std::string& text() const { return text_; }

 private:
  int line_;
  std::string text_;
};

/// Builds the tree from the parser's events, so that the limits hold while the text is read.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const ConfigText& text) : text_(text) {}

  ConfigNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "?", anchor);
    if (wants_key()) throw Refusal(line(mark), "a key must be text");
    add(mark, ConfigNode::Kind::null, {});
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal(line(mark), "aliases (*name) are not accepted; write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    if (value.size() > kMaxTextBytes) throw Refusal(line(mark), "a text is longer than 64 KiB");
    if (wants_key()) return begin_value(mark, value);
    add(mark, ConfigNode::Kind::scalar, value);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, ConfigNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, ConfigNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    ConfigNode node;
    std::string key;  // of the value to come, in a map
    Place key_place;
    bool has_key = false;
  };

  static int line(const YAML::Mark& mark) { return mark.line + 1; }

  bool wants_key() const { return !levels_.empty() && levels_.back().node.is_map() && !levels_.back().has_key; }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      throw Refusal(line(mark), "anchors (&name) are not accepted; write the value where it is needed");
    }
    if (!tag.empty() && tag != "?" && tag != "!") throw Refusal(line(mark), "tags (!name) are not accepted");
    if (++nodes_ > kMaxNodes) throw Refusal(line(mark), "more than 10,000 values; that is no configuration");
  }

  void begin_value(const YAML::Mark& mark, const std::string& key) {
    Level& level = levels_.back();
    if (key == "<<") throw Refusal(line(mark), "merge keys (<<) are not accepted; write the keys out");
    if (level.node.find(key) != nullptr) throw Refusal(line(mark), "the key '" + key + "' is given twice");
    level.key = key;
    level.key_place = text_.place(line(mark));
    level.has_key = true;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, ConfigNode::Kind kind) {
    check(mark, tag, anchor);
    if (wants_key()) throw Refusal(line(mark), "a key must be text");
    if (levels_.size() >= kMaxDepth) throw Refusal(line(mark), "nested more than 64 deep");
    Level level;
    level.node.kind = kind;
    level.node.place = text_.place(line(mark));
    levels_.push_back(std::move(level));
  }

  void close() {
    ConfigNode node = std::move(levels_.back().node);
    levels_.pop_back();
    put(std::move(node));
  }

  void add(const YAML::Mark& mark, ConfigNode::Kind kind, const std::string& text) {
    ConfigNode node;
    node.kind = kind;
    node.place = text_.place(line(mark));
    node.text = text;
    put(std::move(node));
  }

  void put(ConfigNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.has_key) {
      node.key = std::exchange(level.key, {});
      node.place = std::move(level.key_place);
      level.has_key = false;
    }
    level.node.items.push_back(std::move(node));
  }

  const ConfigText& text_;
  ConfigNode root_;
  std::vector<Level> levels_;
  int nodes_ = 0;
};

}  // namespace

const ConfigNode* ConfigNode::find(std::string_view name) const {
  if (!is_map()) return nullptr;
  const auto it = std::find_if(items.begin(), items.end(), [&](const ConfigNode& item) { return item.key == name; });
  return it == items.end() ? nullptr : &*it;
}

ConfigNode* ConfigNode::find(std::string_view name) { return const_cast<ConfigNode*>(std::as_const(*this).find(name)); }

ConfigNode parse_config_tree(const ConfigText& text, ConfigProblems& problems) {
  TreeBuilder builder(text);
  TreeBuilder behind_the_end(text);
  const auto fail = [&](int line, const std::string& what) {
    problems.push_back({text.place(line), what});
    return ConfigNode();
  };
  try {
    std::istringstream stream(text.text);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      ConfigNode nothing;
      nothing.place = text.place(1);
      return nothing;
    }
    if (parser.HandleNextDocument(behind_the_end)) return fail(0, "holds several documents (---); one is needed");
    return builder.take();
  } catch (const Refusal& refusal) {
    return fail(refusal.line(), refusal.text());
  } catch (const YAML::Exception& error) {
    return fail(error.mark.line + 1, "not valid YAML or JSON: " + error.msg);
  }
}

void merge_config(ConfigNode& base, const ConfigNode& diff) {
  if (base.kind != diff.kind || base.is_scalar() || base.is_null()) {
    std::string key = std::move(base.key);
    base = diff;
    base.key = std::move(key);
    return;
  }
  for (size_t i = 0; i < diff.items.size(); ++i) {
    const ConfigNode& item = diff.items[i];
    ConfigNode* there = base.is_map() ? base.find(item.key) : i < base.items.size() ? &base.items[i] : nullptr;
    if (there != nullptr) {
      merge_config(*there, item);
    } else {
      base.items.push_back(item);
    }
  }
}

std::string to_json(const ConfigNode& node) {
  if (node.is_null()) return "null";
  std::string text;
  if (node.is_scalar()) {
    append_json_string(node.text, text);
    return text;
  }
  text += node.is_map() ? '{' : '[';
  for (const ConfigNode& item : node.items) {
    if (text.size() > 1) text += ", ";
    if (node.is_map()) {
      append_json_string(item.key, text);
      text += ": ";
    }
    text += to_json(item);
  }
  return text + (node.is_map() ? '}' : ']');
}

std::optional<int64_t> parse_count(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

}  // namespace bulkload
