#include "klaviyo/arrow_stream.h"

#include <errno.h>
#include <unistd.h>

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "klaviyo/columns.h"

namespace klaviyo {

namespace {

struct Stream {
  std::shared_ptr<ReaderState> state;
  std::string last_error;
};

Stream& self(ArrowArrayStream* stream) { return *static_cast<Stream*>(stream->private_data); }

int errno_of(base::Code code) {
  switch (code) {
    case base::Code::ok:
      return 0;
    case base::Code::auth:
      return EACCES;
    case base::Code::remote_transient:
    case base::Code::rate_limited:
      return EAGAIN;
    case base::Code::out_of_memory:
      return ENOMEM;
    case base::Code::cancelled:
      return ECANCELED;
    case base::Code::busy:
      return EBUSY;
    case base::Code::config:
    case base::Code::abi:
      return EINVAL;
    default:
      return EIO;
  }
}

int fail(Stream& stream, base::Status status) {
  if (stream.state->status.ok()) stream.state->status = std::move(status);
  stream.last_error = stream.state->status.message();
  return errno_of(stream.state->status.code());
}

int guarded(ArrowArrayStream* stream, auto body) {
  Stream& own = self(stream);
  try {
    return body(own);
  } catch (const std::bad_alloc&) {
    return fail(own, base::Status(base::Code::out_of_memory, std::string()));
  } catch (const std::exception& problem) {
    return fail(own, base::Status(base::Code::internal, problem.what()));
  }
}

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  if (out == nullptr) return EINVAL;
  out->release = nullptr;
  return guarded(stream, [&](Stream& own) {
    Services& services = *own.state->services;
    const bool report = services.config.source->report != nullptr;
    export_schema_of(services, out, report ? services.zone.name() : std::string());
    return 0;
  });
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) {
  if (out == nullptr) return EINVAL;
  out->release = nullptr;
  return guarded(stream, [&](Stream& own) {
    if (own.state->process != getpid()) return EINVAL;
    if (!own.state->status.ok()) return fail(own, {});
    const auto more = own.state->batches->next(out);
    if (!more.ok()) return fail(own, more.status());
    if (!*more) out->release = nullptr;
    return 0;
  });
}

const char* get_last_error(ArrowArrayStream* stream) {
  const std::string& text = self(stream).last_error;
  return text.empty() ? nullptr : text.c_str();
}

void release(ArrowArrayStream* stream) {
  Stream* own = &self(stream);
  // In a forked child the lanes do not exist: what they hold can only be left as it is.
  if (own->state->process == getpid()) delete own;
  stream->private_data = nullptr;
  stream->release = nullptr;
}

/// `true`, or the keys of the configuration that leave rows of the source out.
std::string limits_of(const Config& config) {
  const std::pair<bool, std::string_view> limits[] = {{config.incremental, "incremental"},
                                                      {config.start_us.has_value(), "start_time"},
                                                      {config.end_us.has_value(), "end_time"},
                                                      {!config.filters.empty(), "filter"},
                                                      {config.source->report != nullptr, "timeframe"},
                                                      {!config.metrics.empty(), "metrics"},
                                                      {!config.profile_id.empty(), "profile_id"},
                                                      {!config.ids.empty(), "ids"}};
  std::string keys;
  for (const auto& [is_set, key] : limits) {
    if (is_set) keys.append(keys.empty() ? "" : ",").append(key);
  }
  return keys.empty() ? "true" : keys;
}

}  // namespace

void export_stream(std::shared_ptr<ReaderState> state, ArrowArrayStream* out) {
  auto own = std::make_unique<Stream>(Stream{std::move(state), {}});
  *out = {get_schema, get_next, get_last_error, release, own.release()};
}

void export_schema_of(const Services& services, ArrowSchema* out, const std::string& clock) {
  const Config& config = services.config;
  export_schema(
      services.layout,
      {{"source", std::string(config.source->name)},
       {"revision", config.effective_revision},
       {"order", services.goes_on_exactly() ? "time" : "none"},
       {"time", services.order.field == nullptr ? "" : std::string(services.order.field->name)},
       {"whole", limits_of(config)},
       {"key", config.source->parent.column.empty() ? "id" : std::string(config.source->parent.column) + ",id"}},
      out, clock);
}

}  // namespace klaviyo
