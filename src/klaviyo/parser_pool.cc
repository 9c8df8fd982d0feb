#include "klaviyo/parser_pool.h"

#include <new>
#include <utility>

#include "base/quiet_thread.h"

namespace klaviyo {

ParserPool::ParserPool(const RecordLayout& layout, size_t parsers) : layout_(layout), max_threads_(parsers) {
  threads_.reserve(parsers);
}

ParserPool::~ParserPool() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  job_ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ParserPool::run(const Work& work) {
  Job job([&](std::optional<PageParser>& parser) {
    if (!parser) parser.emplace(layout_);
    work(*parser);
  });
  std::future<void> done = job.get_future();
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    add_thread_if_useful();
    if (threads_.empty()) {
      jobs_.pop_back();
      throw std::bad_alloc();
    }
  }
  job_ready_.notify_one();
  done.get();
}

void ParserPool::add_thread_if_useful() {
  if (idle_ >= jobs_.size() || threads_.size() >= max_threads_) return;
  std::thread thread = base::quiet_thread([this] { thread_main(); });
  if (thread.joinable()) threads_.push_back(std::move(thread));
}

void ParserPool::thread_main() {
  std::optional<PageParser> parser;
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    job_ready_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job(parser);
    lock.lock();
  }
}

}  // namespace klaviyo
