// Rows: the product catalogue and its bulk jobs, coupons, reviews.
#pragma once

#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Attribute kItemAttributes[] = {
    text<"external_id">,
    text<"title">,
    text<"description">,
    number<"price">,
    text<"url">,
    text<"image_full_url">,
    text<"image_thumbnail_url">,
    json<"images">,
    json<"custom_metadata">,
    boolean<"published">,
    timestamp<"created">,
    timestamp<"updated">,
};
inline constexpr Relationship kItemRelationships[] = {
    {.name = "variants", .type = "catalog-variant", .cardinality = Cardinality::many, .includable = true},
};

inline constexpr Attribute kVariantAttributes[] = {
    text<"external_id">,
    text<"title">,
    text<"description">,
    text<"sku">,
    integer<"inventory_policy">,
    number<"inventory_quantity">,
    number<"price">,
    text<"url">,
    text<"image_full_url">,
    text<"image_thumbnail_url">,
    json<"images">,
    json<"custom_metadata">,
    boolean<"published">,
    timestamp<"created">,
    timestamp<"updated">,
};
inline constexpr Relationship kVariantRelationships[] = {
    {.name = "item", .type = "catalog-item", .cardinality = Cardinality::one},
};

inline constexpr TimeField kItemTimes[] = {
    {.key = "updated", .name = "updated", .operators = kUnfiltered, .sort = {}},
    {.key = "created", .name = "created", .operators = kUnfiltered, .sort = "created", .immutable = true},
};

// Sorted by `created`, which they do not show.
inline constexpr Attribute kCategoryAttributes[] = {
    text<"external_id">,
    text<"name">,
    timestamp<"updated">,
};
inline constexpr Relationship kCategoryRelationships[] = {
    {.name = "items", .type = "catalog-item", .cardinality = Cardinality::many},
};
inline constexpr TimeField kCategoryTimes[] = {
    {.key = "updated", .name = "updated", .operators = kUnfiltered, .sort = {}},
};

inline constexpr Relationship kItemJobRelationships[] = {
    {.name = "items", .type = "catalog-item", .cardinality = Cardinality::many},
};
inline constexpr Relationship kVariantJobRelationships[] = {
    {.name = "variants", .type = "catalog-variant", .cardinality = Cardinality::many},
};
inline constexpr Relationship kCategoryJobRelationships[] = {
    {.name = "categories", .type = "catalog-category", .cardinality = Cardinality::many},
};

consteval Source catalog_job(std::string_view name, std::string_view path, std::string_view type, RateClass rate,
                             std::span<const Relationship> relationships) {
  return {.name = name,
          .path = path,
          .type = type,
          .scope = "catalogs:read",
          .paging = Paging::cursor,
          .default_page_size = 100,
          .rate = rate,
          .attributes = kBulkJobAttributes,
          .relationships = relationships,
          .time_fields = kUnfilteredCreatedAt};
}

inline constexpr Attribute kCouponAttributes[] = {
    text<"external_id">,
    text<"description">,
    json<"monitor_configuration">,
};

inline constexpr Attribute kCouponCodeAttributes[] = {
    text<"unique_code">,
    timestamp<"expires_at">,
    text<"status">,
};
// The coupon's id comes only with the coupon.
inline constexpr Relationship kCouponCodeRelationships[] = {
    {.name = "coupon",
     .type = "coupon",
     .cardinality = Cardinality::one,
     .includable = true,
     .included_by_default = true},
    {.name = "profile", .type = "profile", .cardinality = Cardinality::one},
};

inline constexpr Relationship kCouponCodeJobRelationships[] = {
    {.name = "coupon-codes", .type = "coupon-code", .cardinality = Cardinality::many},
};

// `status` is a union of shapes that share `value`; only rejected reviews have a reason, itself a union.
inline constexpr Attribute kReviewAttributes[] = {
    text<"email">,
    text<"status.value">,
    json<"status.rejection_reason">,
    boolean<"verified">,
    text<"review_type">,
    timestamp<"created">,
    timestamp<"updated">,
    json<"images">,
    text<"product.url">,
    text<"product.name">,
    text<"product.image_url">,
    text<"product.external_id">,
    integer<"rating">,
    text<"author">,
    text<"content">,
    text<"title">,
    text<"smart_quote">,
    text<"public_reply.content">,
    text<"public_reply.author">,
    timestamp<"public_reply.updated">,
};
inline constexpr Relationship kReviewRelationships[] = {
    {.name = "events", .type = "event", .cardinality = Cardinality::many, .includable = true},
    {.name = "item", .type = "catalog-item", .cardinality = Cardinality::one},
};
inline constexpr TimeField kReviewTimes[] = {
    {.key = "updated", .name = "updated", .operators = kUnfiltered, .sort = "updated"},
    {.key = "created",
     .name = "created",
     .operators = kGreaterOrEqual | kLessOrEqual,
     .sort = "created",
     .immutable = true},
};

inline constexpr Source kProductRows[] = {
    {.name = "catalog_items",
     .path = "/api/catalog-items",
     .type = "catalog-item",
     .scope = "catalogs:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 100,
     .max_page_size = 100,
     .page_size_since = kPageSizeShown,
     .rate = kRateXl,
     .stable_sort = "created",
     .attributes = kItemAttributes,
     .relationships = kItemRelationships,
     .time_fields = kItemTimes},
    {.name = "catalog_variants",
     .path = "/api/catalog-variants",
     .type = "catalog-variant",
     .scope = "catalogs:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 100,
     .max_page_size = 100,
     .page_size_since = kPageSizeShown,
     .rate = kRateXl,
     .stable_sort = "created",
     .attributes = kVariantAttributes,
     .relationships = kVariantRelationships,
     .time_fields = kItemTimes},
    {.name = "catalog_categories",
     .path = "/api/catalog-categories",
     .type = "catalog-category",
     .scope = "catalogs:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 100,
     .max_page_size = 100,
     .page_size_since = kPageSizeShown,
     .rate = kRateXl,
     .stable_sort = "created",
     .attributes = kCategoryAttributes,
     .relationships = kCategoryRelationships,
     .time_fields = kCategoryTimes},
    catalog_job("catalog_item_bulk_create_jobs", "/api/catalog-item-bulk-create-jobs", "catalog-item-bulk-create-job",
                kRateL, kItemJobRelationships),
    catalog_job("catalog_item_bulk_update_jobs", "/api/catalog-item-bulk-update-jobs", "catalog-item-bulk-update-job",
                kRateL, kItemJobRelationships),
    catalog_job("catalog_item_bulk_delete_jobs", "/api/catalog-item-bulk-delete-jobs", "catalog-item-bulk-delete-job",
                kRateXl, kItemJobRelationships),
    catalog_job("catalog_variant_bulk_create_jobs", "/api/catalog-variant-bulk-create-jobs",
                "catalog-variant-bulk-create-job", kRateL, kVariantJobRelationships),
    catalog_job("catalog_variant_bulk_update_jobs", "/api/catalog-variant-bulk-update-jobs",
                "catalog-variant-bulk-update-job", kRateL, kVariantJobRelationships),
    catalog_job("catalog_variant_bulk_delete_jobs", "/api/catalog-variant-bulk-delete-jobs",
                "catalog-variant-bulk-delete-job", kRateXl, kVariantJobRelationships),
    catalog_job("catalog_category_bulk_create_jobs", "/api/catalog-category-bulk-create-jobs",
                "catalog-category-bulk-create-job", kRateXl, kCategoryJobRelationships),
    catalog_job("catalog_category_bulk_update_jobs", "/api/catalog-category-bulk-update-jobs",
                "catalog-category-bulk-update-job", kRateXl, kCategoryJobRelationships),
    catalog_job("catalog_category_bulk_delete_jobs", "/api/catalog-category-bulk-delete-jobs",
                "catalog-category-bulk-delete-job", kRateXl, kCategoryJobRelationships),
    {.name = "coupons",
     .path = "/api/coupons",
     .type = "coupon",
     .scope = "coupons:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 100,
     .max_page_size = 100,
     .page_size_since = kPageSizeShown,
     .rate = kRateL,
     .attributes = kCouponAttributes},
    {.name = "coupon_codes",
     .path = "/api/coupon-codes",
     .type = "coupon-code",
     .scope = "coupon-codes:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 100,
     .max_page_size = 100,
     .page_size_since = kPageSizeShown,
     .rate = kRateXl,
     .attributes = kCouponCodeAttributes,
     .relationships = kCouponCodeRelationships,
     .parent = {.source = "coupons", .filter_field = "coupon.id", .batch = 20}},
    {.name = "coupon_code_bulk_create_jobs",
     .path = "/api/coupon-code-bulk-create-jobs",
     .type = "coupon-code-bulk-create-job",
     .scope = "coupon-codes:read",
     .paging = Paging::cursor,
     .default_page_size = 100,
     .rate = kRateL,
     .attributes = kBulkJobAttributes,
     .relationships = kCouponCodeJobRelationships,
     .time_fields = kUnfilteredCreatedAt},
    {.name = "reviews",
     .path = "/api/reviews",
     .type = "review",
     .scope = "reviews:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 20,
     .max_page_size = 100,
     .rate = kRateM,
     .attributes = kReviewAttributes,
     .relationships = kReviewRelationships,
     .time_fields = kReviewTimes},
};

}  // namespace klaviyo::catalogue
