#include "bulkload/sink/compression.h"

#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <memory>

#include "bulkload/sink/durable_file.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr int kGzipLevel = 6;
constexpr int kZstdLevel = 3;
constexpr size_t kReadBytes = size_t{64} << 10;

template <auto kFree>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using GzipCompressor = std::unique_ptr<libdeflate_compressor, Deleter<libdeflate_free_compressor>>;
using ZstdCompressor = std::unique_ptr<ZSTD_CCtx, Deleter<ZSTD_freeCCtx>>;
using ZstdReader = std::unique_ptr<ZSTD_DCtx, Deleter<ZSTD_freeDCtx>>;
using GzipReader = std::unique_ptr<gzFile_s, Deleter<gzclose_r>>;

Status out_of_memory() {
  return Status(Code::out_of_memory, "no memory to compress the output: free some and run again");
}

Status append_gzip(std::string_view text, std::string& out) {
  const GzipCompressor compressor(libdeflate_alloc_compressor(kGzipLevel));
  if (!compressor) return out_of_memory();
  const size_t before = out.size();
  out.resize(before + libdeflate_gzip_compress_bound(compressor.get(), text.size()));
  const size_t size =
      libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), out.data() + before, out.size() - before);
  out.resize(before + size);
  return size > 0 ? Status() : Status(Code::internal, "gzip made no output: report it");
}

Status append_zstd(std::string_view text, std::string& out) {
  const ZstdCompressor compressor(ZSTD_createCCtx());
  if (!compressor) return out_of_memory();
  ZSTD_CCtx_setParameter(compressor.get(), ZSTD_c_compressionLevel, kZstdLevel);
  ZSTD_CCtx_setParameter(compressor.get(), ZSTD_c_checksumFlag, 1);
  const size_t before = out.size();
  out.resize(before + ZSTD_compressBound(text.size()));
  const size_t size =
      ZSTD_compress2(compressor.get(), out.data() + before, out.size() - before, text.data(), text.size());
  if (ZSTD_isError(size) != 0U) {
    out.resize(before);
    return Status(Code::internal, std::string("zstd: ") + ZSTD_getErrorName(size) + ": report it");
  }
  out.resize(before + size);
  return {};
}

Status wrong_compression(const std::string& path, std::string_view name) {
  return Status(Code::config, path + " is not compressed with " + std::string(name) +
                                  ": set compression to what the file is, or choose another path");
}

base::Result<std::string> read_gzip_start(const std::string& path, size_t size) {
  const GzipReader reader(gzopen(path.c_str(), "rbe"));
  if (!reader) return io_error("open", path, errno);
  std::string text(size, '\0');
  const int count = gzread(reader.get(), text.data(), static_cast<unsigned>(size));
  if (count < 0 || gzdirect(reader.get()) != 0) return wrong_compression(path, "gzip");
  text.resize(static_cast<size_t>(count));
  return text;
}

base::Result<std::string> read_zstd_start(const File& file, const std::string& path, size_t size) {
  const ZstdReader reader(ZSTD_createDCtx());
  if (!reader) return out_of_memory();
  std::string text(size, '\0');
  ZSTD_outBuffer output{text.data(), text.size(), 0};
  for (int64_t position = 0; output.pos < output.size;) {
    const auto bytes = file.read(position, kReadBytes);
    if (!bytes.ok()) return bytes.status();
    if (bytes->empty()) break;
    position += static_cast<int64_t>(bytes->size());
    ZSTD_inBuffer input{bytes->data(), bytes->size(), 0};
    while (input.pos < input.size && output.pos < output.size) {
      const size_t result = ZSTD_decompressStream(reader.get(), &output, &input);
      if (ZSTD_isError(result) != 0U) return wrong_compression(path, "zstd");
    }
  }
  text.resize(output.pos);
  return text;
}

}  // namespace

Compression parse_compression(std::string_view name) {
  if (name == "gzip") return Compression::gzip;
  return name == "zstd" ? Compression::zstd : Compression::none;
}

Status append_frame(Compression compression, std::string_view text, std::string& out) {
  if (compression == Compression::gzip) return append_gzip(text, out);
  if (compression == Compression::zstd) return append_zstd(text, out);
  out.append(text);
  return {};
}

base::Result<std::string> read_text_start(const std::string& path, Compression compression, size_t size) {
  if (compression == Compression::gzip) return read_gzip_start(path, size);
  const auto file = File::open(path);
  if (!file.ok()) return file.status();
  return compression == Compression::zstd ? read_zstd_start(*file, path, size) : file->read(0, size);
}

}  // namespace bulkload
