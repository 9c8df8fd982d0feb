#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/secret.h"
#include "bulkload/column_builder.h"
#include "bulkload/filter/filter_type.h"

namespace bulkload {

namespace {

constexpr int64_t kDigits = 64;  // of a SHA-256
constexpr std::string_view kAlgorithms[] = {"SHA-256"};

constexpr OptionRow kOptions[] = {
    {.key = "columns", .kind = OptionKind::items, .required = true, .help = "columns: names, or maps as follows"},
    {.key = "columns.name", .required = true, .help = "the column, a string or JSON"},
    {.key = "columns.algorithm", .values = kAlgorithms, .fallback = "SHA-256", .help = "with `key`: its HMAC"},
    {.key = "columns.new_name", .help = "what the column is called behind the filter; its own name by default"},
    {.key = "key", .help = "a secret, such as {{ env.HASH_KEY }}: HMAC-SHA-256 with it instead of plain SHA-256"},
    {.key = "normalize",
     .kind = OptionKind::flag,
     .fallback = "false",
     .help = "whether blanks around a text are taken off and A to Z made small first, as it is done with e-mails"}};

struct HashedColumn {
  Name name;
  Name new_name;  // empty text: its own
  size_t index = 0;
};

std::string normalized(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  text.remove_prefix(begin);
  std::string result(text.substr(0, text.find_last_not_of(kBlanks) + 1));
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

class Hash final : public Filter {
 public:
  Hash(std::vector<HashedColumn> columns, std::string key, bool normalizes)
      : columns_(std::move(columns)), key_(std::move(key)), normalizes_(normalizes) {}

  std::optional<TableSchema> bind(const TableSchema& schema, Findings& findings) override {
    TableSchema bound = schema;
    const size_t before = findings.problems.size();
    for (HashedColumn& column : columns_) {
      const auto found = find_column(schema, column.name, findings.problems);
      if (!found) continue;
      column.index = *found;
      Field& field = bound.fields[*found];
      if (field.type != Type::string && field.type != Type::json) {
        findings.problems.push_back({column.name.place, column.name.label + ": '" + field.name + "' is " +
                                                            std::string(type_name(field.type)) +
                                                            ", and only texts are hashed; read it as a string "
                                                            "(in.columns)"});
      }
      field.type = Type::string;
      if (column.new_name.text.empty()) continue;
      if (const int taken = bound.find(column.new_name.text); taken >= 0 && static_cast<size_t>(taken) != *found) {
        findings.problems.push_back({column.new_name.place, column.new_name.label + ": '" + column.new_name.text +
                                                                "' is a column already; choose another name"});
      }
      field.name = column.new_name.text;
    }
    return findings.problems.size() == before ? std::optional(bound) : std::nullopt;
  }

  base::Result<RecordBatch> apply(RecordBatch batch, const RunPosition&) override {
    const int64_t rows = batch.rows();
    if (rows > ColumnBuilder::kMaxTextBytes / kDigits) {
      return base::Status(base::Code::data, "filters.hash: a batch of " + std::to_string(rows) +
                                                " rows is too large to be hashed; the plugin must give smaller ones");
    }
    std::vector<Column> columns = std::move(batch).take_columns();
    for (const HashedColumn& column : columns_) {
      columns[column.index] = hashed(columns[column.index].view(), rows);
    }
    return RecordBatch::of(rows, std::move(columns));
  }

 private:
  Column hashed(const ColumnView& texts, int64_t rows) const {
    ColumnBuilder digests(Type::string, rows);
    for (int64_t row = 0; row < rows; ++row) {
      if (texts.is_null(row)) {
        digests.append_null();
      } else {
        digests.append(normalizes_ ? digest(normalized(texts.text(row))) : digest(texts.text(row)));
      }
    }
    return std::move(digests).finish();
  }

  std::string digest(std::string_view text) const {
    return key_.empty() ? base::sha256_hex(text) : base::hmac_sha256_hex(key_.reveal(), text);
  }

  std::vector<HashedColumn> columns_;
  base::Secret key_;
  bool normalizes_;
};

std::unique_ptr<Filter> make(const Options& options) {
  std::vector<HashedColumn> columns;
  if (!options.has("columns")) return nullptr;
  for (const ConfigNode& item : options.items("columns").items) {
    if (item.is_scalar() && !item.text.empty()) {
      columns.push_back({{item.text, item.place, options.label("columns")}, {}});
    } else if (item.is_map()) {
      const Options own(item, options.label("columns"), kOptions, "columns.", options.problems());
      columns.push_back({own.name("name"), own.name("new_name")});
    } else {
      options.problems().push_back({item.place, options.label("columns") + ": must be names, or maps with a name"});
    }
  }
  if (columns.empty()) options.problem("columns", "names no column");
  for (size_t i = 1; i < columns.size(); ++i) {
    const Name& name = columns[i].name;
    const auto twice = std::find_if(columns.begin(), columns.begin() + static_cast<ptrdiff_t>(i),
                                    [&](const HashedColumn& other) { return other.name.text == name.text; });
    if (twice != columns.begin() + static_cast<ptrdiff_t>(i)) {
      options.problems().push_back({name.place, options.label("columns") + ": '" + name.text + "' is named twice"});
    }
  }
  return std::make_unique<Hash>(std::move(columns), options.text("key"), options.flag("normalize"));
}

}  // namespace

const FilterType kHashFilter = {"hash", kOptions, make};

}  // namespace bulkload
