#include "klaviyo/parser_pool.h"

#include <utility>

namespace klaviyo {

ParserPool::ParserPool(const RecordLayout& layout, size_t parsers) {
  for (size_t i = 0; i < parsers; ++i) free_.push_back(std::make_unique<PageParser>(layout));
}

ParserPool::Lease::Lease(ParserPool& pool) : pool_(pool) {
  std::unique_lock lock(pool_.mutex_);
  pool_.returned_.wait(lock, [this] { return !pool_.free_.empty(); });
  parser_ = std::move(pool_.free_.back());
  pool_.free_.pop_back();
}

ParserPool::Lease::~Lease() {
  {
    std::lock_guard lock(pool_.mutex_);
    pool_.free_.push_back(std::move(parser_));
  }
  pool_.returned_.notify_one();
}

}  // namespace klaviyo
