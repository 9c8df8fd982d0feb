// The schema half of columns.h.
#include <memory>

#include "klaviyo/columns.h"

namespace klaviyo {

namespace {

using Metadata = std::vector<std::pair<std::string, std::string>>;

/// Format strings of the Arrow C data interface.
const char* format_of(ColumnType type) {
  switch (type) {
    case ColumnType::int64:
      return "l";
    case ColumnType::float64:
      return "g";
    case ColumnType::boolean:
      return "b";
    case ColumnType::timestamp:
      return "tsu:UTC";
    case ColumnType::utf8:
    case ColumnType::json:
      return "u";
  }
  return "u";
}

/// The specification's encoding: number of pairs, then each key and value behind its size, as native 32-bit integers.
std::string encode(const Metadata& metadata) {
  std::string bytes;
  const auto put_size = [&bytes](size_t size) {
    const auto number = static_cast<int32_t>(size);
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  put_size(metadata.size());
  for (const auto& [key, value] : metadata) {
    for (const std::string& text : {key, value}) {
      put_size(text.size());
      bytes += text;
    }
  }
  return bytes;
}

/// Owns what one schema points to; its children too, but for those that were moved out.
struct ExportedSchema {
  std::string name;
  std::string metadata;  // empty: none
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;

  ~ExportedSchema() {
    for (ArrowSchema& child : children) {
      if (child.release != nullptr) child.release(&child);
    }
  }

  static void release(ArrowSchema* schema) {
    delete static_cast<ExportedSchema*>(schema->private_data);
    schema->release = nullptr;
  }
};

void fill(std::unique_ptr<ExportedSchema> exported, const char* format, int64_t flags, ArrowSchema* out) {
  ExportedSchema& owned = *exported.release();
  *out = {.format = format,
          .name = owned.name.c_str(),
          .metadata = owned.metadata.empty() ? nullptr : owned.metadata.data(),
          .flags = flags,
          .n_children = static_cast<int64_t>(owned.children.size()),
          .children = owned.pointers.empty() ? nullptr : owned.pointers.data(),
          .dictionary = nullptr,
          .release = ExportedSchema::release,
          .private_data = &owned};
}

void export_field(const Column& column, const std::string& clock, ArrowSchema* out) {
  auto exported = std::make_unique<ExportedSchema>();
  exported->name = column.name;
  if (column.type == ColumnType::json) {
    exported->metadata = encode({{"ARROW:extension:name", "arrow.json"}, {"ARROW:extension:metadata", ""}});
  } else if (column.type == ColumnType::timestamp && !clock.empty()) {
    exported->metadata = encode({{"timezone", clock}});
  }
  const bool key = column.origin == Origin::id || column.origin == Origin::parent;
  const bool always_there = key && column.type == ColumnType::utf8;
  fill(std::move(exported), format_of(column.type), always_there ? 0 : ARROW_FLAG_NULLABLE, out);
}

}  // namespace

void export_schema(const RecordLayout& layout, const Metadata& metadata, ArrowSchema* out, const std::string& clock) {
  auto exported = std::make_unique<ExportedSchema>();
  if (!metadata.empty()) exported->metadata = encode(metadata);
  exported->children.resize(layout.columns.size());
  for (size_t i = 0; i < layout.columns.size(); ++i) {
    export_field(layout.columns[i], clock, &exported->children[i]);
    exported->pointers.push_back(&exported->children[i]);
  }
  fill(std::move(exported), "+s", 0, out);
}

}  // namespace klaviyo
