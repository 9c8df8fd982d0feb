// The contract's header, as compilers and linkers see it.
#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <regex>

#include "bulk_input/bulk_input.h"
#include "contract/subject.h"
#include "support/child_process.h"
#include "support/files.h"

namespace {

struct Dialect {
  const char* name;
  const char* compiler;
  std::vector<std::string> flags;
};

void PrintTo(const Dialect& dialect, std::ostream* out) { *out << dialect.name; }

std::vector<Dialect> dialects() {
  std::vector<Dialect> all;
  for (const char* standard : {"c99", "c11", "c17"}) {
    all.push_back({standard, C_COMPILER, {"-x", "c", std::string("-std=") + standard, "-Wstrict-prototypes"}});
  }
  for (const char* standard : {"c++17", "c++20"}) {
    all.push_back({standard, CXX_COMPILER, {"-x", "c++", std::string("-std=") + standard}});
  }
  return all;
}

std::string dialect_name(const testing::TestParamInfo<Dialect>& dialect) {
  return std::regex_replace(dialect.param.name, std::regex("[+]"), "p");
}

class HeaderDialect : public testing::TestWithParam<Dialect> {
 protected:
  /// What the compiler says about `source`: nothing when it is well-formed.
  static std::string complaints(const std::string& source) {
    std::vector<std::string> arguments = {GetParam().compiler};
    arguments.insert(arguments.end(), GetParam().flags.begin(), GetParam().flags.end());
    for (const char* flag : {"-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", INCLUDE_FOLDER, "-"}) {
      arguments.emplace_back(flag);
    }
    const auto result = test_support::run_command({.arguments = arguments, .input = source});
    return result.exit_code == 0 ? result.out + result.err : "exit code: " + result.out + result.err;
  }
};

TEST_P(HeaderDialect, HeaderCompilesAloneWithoutAWarning) {
  EXPECT_EQ(complaints("#include \"bulk_input/bulk_input.h\"\n"), "");
  EXPECT_EQ(complaints("#include \"bulk_input/arrow_c_data.h\"\n"), "");
}

TEST_P(HeaderDialect, HeaderStandsTwiceAndBesideAnotherCopyOfTheArrowStructures) {
  EXPECT_EQ(complaints("#define ARROW_C_DATA_INTERFACE\n"
                       "#define ARROW_C_STREAM_INTERFACE\n"
                       "struct ArrowSchema { int theirs; };\n"
                       "struct ArrowArray { int theirs; };\n"
                       "struct ArrowArrayStream { int theirs; };\n"
                       "#include \"bulk_input/bulk_input.h\"\n"
                       "#include \"bulk_input/bulk_input.h\"\n"),
            "");
}

TEST_P(HeaderDialect, CompilerIsAskedToComplain) { EXPECT_NE(complaints("int unused(int a) { }\n"), ""); }

INSTANTIATE_TEST_SUITE_P(, HeaderDialect, testing::ValuesIn(dialects()), dialect_name);

struct Golden {
  const char* what;
  size_t actual;
  size_t expected;
};

// On LP64. A difference breaks every plugin and host that was built before: append members, never move them.
const Golden layout[] = {
    {"bulk_input_error.struct_size", offsetof(bulk_input_error, struct_size), 0},
    {"bulk_input_error.code", offsetof(bulk_input_error, code), 4},
    {"bulk_input_error.http_status", offsetof(bulk_input_error, http_status), 8},
    {"bulk_input_error.resumable", offsetof(bulk_input_error, resumable), 12},
    {"bulk_input_error.retry_at_us", offsetof(bulk_input_error, retry_at_us), 16},
    {"bulk_input_error.message", offsetof(bulk_input_error, message), 24},
    {"bulk_input_error", sizeof(bulk_input_error), 4120},

    {"bulk_input_text.data", offsetof(bulk_input_text, data), 0},
    {"bulk_input_text.size", offsetof(bulk_input_text, size), 8},
    {"bulk_input_text.release", offsetof(bulk_input_text, release), 16},
    {"bulk_input_text.private_data", offsetof(bulk_input_text, private_data), 24},
    {"bulk_input_text", sizeof(bulk_input_text), 32},

    {"bulk_input_texts.items", offsetof(bulk_input_texts, items), 0},
    {"bulk_input_texts.count", offsetof(bulk_input_texts, count), 8},
    {"bulk_input_texts.release", offsetof(bulk_input_texts, release), 16},
    {"bulk_input_texts.private_data", offsetof(bulk_input_texts, private_data), 24},
    {"bulk_input_texts", sizeof(bulk_input_texts), 32},

    {"bulk_input_host.struct_size", offsetof(bulk_input_host, struct_size), 0},
    {"bulk_input_host.log_level", offsetof(bulk_input_host, log_level), 4},
    {"bulk_input_host.context", offsetof(bulk_input_host, context), 8},
    {"bulk_input_host.log", offsetof(bulk_input_host, log), 16},
    {"bulk_input_host.now_us", offsetof(bulk_input_host, now_us), 24},
    {"bulk_input_host.sleep_us", offsetof(bulk_input_host, sleep_us), 32},
    {"bulk_input_host", sizeof(bulk_input_host), 40},

    {"bulk_input_progress.struct_size", offsetof(bulk_input_progress, struct_size), 0},
    {"bulk_input_progress.reserved", offsetof(bulk_input_progress, reserved), 4},
    {"bulk_input_progress.rows", offsetof(bulk_input_progress, rows), 8},
    {"bulk_input_progress.rows_skipped", offsetof(bulk_input_progress, rows_skipped), 16},
    {"bulk_input_progress.odd_values", offsetof(bulk_input_progress, odd_values), 24},
    {"bulk_input_progress.bytes_received", offsetof(bulk_input_progress, bytes_received), 32},
    {"bulk_input_progress.requests", offsetof(bulk_input_progress, requests), 40},
    {"bulk_input_progress.retries", offsetof(bulk_input_progress, retries), 48},
    {"bulk_input_progress.throttled", offsetof(bulk_input_progress, throttled), 56},
    {"bulk_input_progress.rate_limit_wait_us", offsetof(bulk_input_progress, rate_limit_wait_us), 64},
    {"bulk_input_progress.window_from_us", offsetof(bulk_input_progress, window_from_us), 72},
    {"bulk_input_progress.window_to_us", offsetof(bulk_input_progress, window_to_us), 80},
    {"bulk_input_progress.window_at_us", offsetof(bulk_input_progress, window_at_us), 88},
    {"bulk_input_progress", sizeof(bulk_input_progress), 96},

    {"bulk_input_plugin.struct_size", offsetof(bulk_input_plugin, struct_size), 0},
    {"bulk_input_plugin.reserved", offsetof(bulk_input_plugin, reserved), 4},
    {"bulk_input_plugin.name", offsetof(bulk_input_plugin, name), 8},
    {"bulk_input_plugin.version", offsetof(bulk_input_plugin, version), 16},
    {"bulk_input_plugin.config_schema", offsetof(bulk_input_plugin, config_schema), 24},
    {"bulk_input_plugin.init", offsetof(bulk_input_plugin, init), 32},
    {"bulk_input_plugin.schema", offsetof(bulk_input_plugin, schema), 40},
    {"bulk_input_plugin.plan", offsetof(bulk_input_plugin, plan), 48},
    {"bulk_input_plugin.preview", offsetof(bulk_input_plugin, preview), 56},
    {"bulk_input_plugin.run", offsetof(bulk_input_plugin, run), 64},
    {"bulk_input_plugin.reader_error", offsetof(bulk_input_plugin, reader_error), 72},
    {"bulk_input_plugin.checkpoint", offsetof(bulk_input_plugin, checkpoint), 80},
    {"bulk_input_plugin.reader_close", offsetof(bulk_input_plugin, reader_close), 88},
    {"bulk_input_plugin.next_config", offsetof(bulk_input_plugin, next_config), 96},
    {"bulk_input_plugin.progress", offsetof(bulk_input_plugin, progress), 104},
    {"bulk_input_plugin.cancel", offsetof(bulk_input_plugin, cancel), 112},
    {"bulk_input_plugin.close", offsetof(bulk_input_plugin, close), 120},
    {"bulk_input_plugin", sizeof(bulk_input_plugin), 128},

    {"ArrowSchema", sizeof(ArrowSchema), 72},
    {"ArrowArray", sizeof(ArrowArray), 80},
    {"ArrowArrayStream", sizeof(ArrowArrayStream), 40},
};

TEST(Layout, OfEveryStructureIsThatOfVersion1) {
  static_assert(sizeof(void*) == 8 && sizeof(size_t) == 8, "the figures are those of LP64");
  for (const Golden& golden : layout) EXPECT_EQ(golden.actual, golden.expected) << golden.what;
}

class Table : public contract::Contract {};
INSTANTIATE_TEST_SUITE_P(, Table, contract::subjects(), contract::subject_name);

TEST_P(Table, LibraryExportsExactlyOneSymbol) {
  const auto result = test_support::run_command(
      {.arguments = {NM, "-D", "--defined-only", "--format=just-symbols", subject().library_path()}});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, BULK_INPUT_PLUGIN_SYMBOL "\n");
}

TEST_P(Table, IsCompleteAndDescribesThePlugin) {
  EXPECT_GE(plugin().struct_size, sizeof(bulk_input_plugin));
  EXPECT_EQ(plugin().reserved, 0u);
  EXPECT_EQ(plugin().name, subject().few_rows().at("type"));
  EXPECT_NE(std::string(plugin().version), "");
  EXPECT_EQ(nlohmann::json::parse(plugin().config_schema).at("type"), "object");
  EXPECT_TRUE(plugin().init && plugin().schema && plugin().plan && plugin().preview && plugin().run &&
              plugin().reader_error && plugin().checkpoint && plugin().reader_close && plugin().next_config &&
              plugin().progress && plugin().cancel && plugin().close);
}

}  // namespace
