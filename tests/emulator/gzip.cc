#include "gzip.h"

#include <libdeflate.h>

#include <memory>

namespace emulator {
namespace {

struct Free {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};

}  // namespace

std::string gzip(std::string_view data) {
  thread_local const std::unique_ptr<libdeflate_compressor, Free> compressor(libdeflate_alloc_compressor(1));
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), data.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor.get(), data.data(), data.size(), out.data(), out.size()));
  return out;
}

}  // namespace emulator
