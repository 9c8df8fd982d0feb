#include "bulkload/sink/parquet_footer.h"

#include <algorithm>
#include <array>
#include <limits>

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr std::string_view kMark = "PAR1";
constexpr int kMaxDepth = 32;

// Types of the compact protocol, in field headers and list headers.
enum Wire : uint8_t {
  kStop = 0,
  kTrue = 1,
  kFalse = 2,
  kByte = 3,
  kI16 = 4,
  kI32 = 5,
  kI64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = 12
};

// FileMetaData.
constexpr int kRowsField = 3;
constexpr int kGroupsField = 4;

// The structs in which there are positions, and any other one.
enum class Kind { other, row_group, column_chunk, column_metadata };

enum class Action { enter, move };  // go into a struct (or a list of them); add to a position

struct Rule {
  Kind kind;
  int field;
  Action action;
  Kind inner = Kind::other;
};

constexpr std::array<Rule, 10> kRules = {{
    {Kind::row_group, 1, Action::enter, Kind::column_chunk},
    {Kind::row_group, 5, Action::move},     // file_offset
    {Kind::column_chunk, 2, Action::move},  // file_offset
    {Kind::column_chunk, 3, Action::enter, Kind::column_metadata},
    {Kind::column_chunk, 4, Action::move},      // offset_index_offset
    {Kind::column_chunk, 6, Action::move},      // column_index_offset
    {Kind::column_metadata, 9, Action::move},   // data_page_offset
    {Kind::column_metadata, 10, Action::move},  // index_page_offset
    {Kind::column_metadata, 11, Action::move},  // dictionary_page_offset
    {Kind::column_metadata, 14, Action::move},  // bloom_filter_offset
}};

void append_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void append_number(std::string& out, int64_t value) {
  append_varint(out, (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
}

// Walks over bytes and copies them, positions moved. Once something is wrong it stays so.
class Walker {
 public:
  Walker(std::string_view in, int64_t move) : in_(in), move_(move) {}

  bool ok() const { return ok_; }
  bool at_end() const { return at_ == in_.size(); }
  size_t at() const { return at_; }
  std::string take_copy() { return std::exchange(out_, {}); }

  uint8_t byte() {
    if (at_ == in_.size()) ok_ = false;
    if (!ok_) return kStop;
    out_ += in_[at_];
    return static_cast<uint8_t>(in_[at_++]);
  }

  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint64_t part = byte();
      value |= (part & 0x7F) << shift;
      if (part < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

  int64_t number() {
    const uint64_t value = varint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }

  // The type of a list's elements and their number.
  Wire list_header(uint64_t& count) {
    const uint8_t header = byte();
    count = header >> 4;
    if (count == 15) count = varint();
    if (count > in_.size()) ok_ = false;
    return static_cast<Wire>(header & 0x0F);
  }

  // The next field's type, its number in `field`; kStop at the end of the struct.
  Wire field_header(int& field) {
    const uint8_t header = byte();
    if (!ok_ || header == kStop) return kStop;
    field = (header >> 4) != 0 ? field + (header >> 4) : static_cast<int>(number() & 0x7FFF);
    return static_cast<Wire>(header & 0x0F);
  }

  void structure(Kind kind, int depth) {
    int field = 0;
    for (Wire wire = field_header(field); ok_ && wire != kStop; wire = field_header(field)) {
      const auto* rule = std::find_if(kRules.begin(), kRules.end(),
                                      [&](const Rule& known) { return known.kind == kind && known.field == field; });
      if (rule == kRules.end()) {
        value(wire, Kind::other, depth + 1);
      } else if (rule->action == Action::enter) {
        value(wire, rule->inner, depth + 1);
      } else {
        position(wire);
      }
    }
  }

  void value(Wire wire, Kind kind, int depth) {
    if (depth > kMaxDepth) ok_ = false;
    if (!ok_) return;
    switch (wire) {
      case kTrue:
      case kFalse:
        return;  // the field header has said all
      case kByte:
        byte();
        return;
      case kI16:
      case kI32:
      case kI64:
        varint();
        return;
      case kDouble:
        return skip(sizeof(double));
      case kBinary:
        return skip(varint());
      case kList:
      case kSet:
        return list(kind, depth);
      case kStruct:
        return structure(kind, depth);
      case kStop:
      case kMap:
        break;  // in no part of a footer
    }
    ok_ = false;
  }

 private:
  void skip(uint64_t size) {
    if (size > in_.size() - at_) ok_ = false;
    if (!ok_) return;
    out_.append(in_.substr(at_, size));
    at_ += size;
  }

  void list(Kind kind, int depth) {
    uint64_t count = 0;
    const Wire wire = list_header(count);
    // Elements have no headers: a boolean is a byte there.
    const Wire element = wire == kTrue || wire == kFalse ? kByte : wire;
    for (uint64_t i = 0; ok_ && i < count; ++i) value(element, kind, depth + 1);
  }

  void position(Wire wire) {
    if (wire != kI64) ok_ = false;
    const size_t begin = out_.size();
    const int64_t old = number();
    if (!ok_) return;
    // 0 is "none"; nothing else is so near to the beginning of a file.
    if (old == 0 || move_ == 0) return;
    if (old < 0 || old > std::numeric_limits<int64_t>::max() - move_) {
      ok_ = false;
      return;
    }
    out_.resize(begin);
    append_number(out_, old + move_);
  }

  std::string_view in_;
  size_t at_ = 0;
  int64_t move_;
  bool ok_ = true;
  std::string out_;
};

Status damaged() { return Status(Code::data, "the footer is damaged"); }

// The fields after the row groups are copied whole.
void copy_rest(Walker& walker, int field) {
  for (Wire wire = walker.field_header(field); walker.ok() && wire != kStop; wire = walker.field_header(field)) {
    walker.value(wire, Kind::other, 1);
  }
}

}  // namespace

base::Result<int64_t> ParquetFooter::length(std::string_view end) {
  if (end.size() != kParquetEndBytes || !end.ends_with(kMark)) {
    return Status(Code::data, "it is no Parquet file, or is encrypted");
  }
  int64_t length = 0;
  for (int i = 3; i >= 0; --i) length = length << 8 | static_cast<uint8_t>(end[static_cast<size_t>(i)]);
  return length;
}

base::Result<ParquetFooter> ParquetFooter::parse(std::string_view bytes) {
  Walker walker(bytes, 0);
  ParquetFooter footer;
  bool has_rows = false;
  int field = 0;
  for (Wire wire = walker.field_header(field); walker.ok() && wire != kStop; wire = walker.field_header(field)) {
    if (field == kRowsField && wire == kI64) {
      footer.before_rows_ = walker.take_copy();
      footer.rows_ = walker.number();
      walker.take_copy();
      has_rows = true;
    } else if (field == kGroupsField && wire == kList && has_rows) {
      footer.before_groups_ = walker.take_copy();
      if (walker.list_header(footer.group_count_) != kStruct && footer.group_count_ > 0) return damaged();
      walker.take_copy();
      for (uint64_t i = 0; walker.ok() && i < footer.group_count_; ++i) walker.structure(Kind::row_group, 1);
      footer.groups_ = walker.take_copy();
      copy_rest(walker, field);
      footer.after_groups_ = walker.take_copy();
      return walker.ok() && walker.at_end() && footer.rows_ >= 0 ? base::Result(std::move(footer)) : damaged();
    } else {
      walker.value(wire, Kind::other, 1);
    }
  }
  return damaged();
}

Status ParquetFooter::add(const ParquetFooter& file, int64_t position) {
  Walker walker(file.groups_, position);
  for (uint64_t i = 0; walker.ok() && i < file.group_count_; ++i) walker.structure(Kind::row_group, 1);
  if (!walker.ok()) return damaged();
  groups_ += walker.take_copy();
  group_count_ += file.group_count_;
  rows_ += file.rows_;
  return {};
}

std::string ParquetFooter::end_of_file() const {
  std::string bytes = before_rows_;
  append_number(bytes, rows_);
  bytes += before_groups_;
  bytes += static_cast<char>(std::min<uint64_t>(group_count_, 15) << 4 | kStruct);
  if (group_count_ >= 15) append_varint(bytes, group_count_);
  bytes += groups_ + after_groups_;
  const size_t length = bytes.size();
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(length >> (8 * i));
  return bytes.append(kMark);
}

}  // namespace bulkload
