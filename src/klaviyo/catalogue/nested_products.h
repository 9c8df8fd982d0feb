// Rows: below catalogue items and categories, and coupons.
#pragma once

#include "klaviyo/catalogue/products.h"
#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Parent kBelowItem{.source = "catalog_items", .column = "catalog_item_id"};
inline constexpr Parent kBelowCategory{.source = "catalog_categories", .column = "catalog_category_id"};
inline constexpr Parent kBelowCoupon{.source = "coupons", .column = "coupon_id"};

// Pages of all of them are at their maximum unasked.
consteval Source paged_by_hundred(Parent parent, std::string_view name, std::string_view path, std::string_view type,
                                  std::string_view scope, RateClass rate) {
  return {.name = name,
          .path = path,
          .type = type,
          .scope = scope,
          .paging = Paging::cursor_and_size,
          .default_page_size = 100,
          .max_page_size = 100,
          .page_size_since = kPageSizeShown,
          .rate = rate,
          .parent = parent};
}

consteval Source below_catalog(Source row, std::span<const Attribute> attributes,
                               std::span<const Relationship> relationships, std::span<const TimeField> times) {
  row.stable_sort = "created";
  row.attributes = attributes;
  row.relationships = relationships;
  row.time_fields = times;
  return row;
}

// An item is in several categories, and its times are not those of its being there.
inline constexpr Source kCategoryItems =
    below_catalog(paged_by_hundred(kBelowCategory, "catalog_category_items", "/api/catalog-categories/{id}/items",
                                   "catalog-item", "catalogs:read", kRateXl),
                  kItemAttributes, kItemRelationships, {});
inline constexpr Source kItemCategories =
    below_catalog(paged_by_hundred(kBelowItem, "catalog_item_categories", "/api/catalog-items/{id}/categories",
                                   "catalog-category", "catalogs:read", kRateXl),
                  kCategoryAttributes, kCategoryRelationships, {});
inline constexpr Source kItemVariants =
    below_catalog(paged_by_hundred(kBelowItem, "catalog_item_variants", "/api/catalog-items/{id}/variants",
                                   "catalog-variant", "catalogs:read", kRateXl),
                  kVariantAttributes, kVariantRelationships, kItemTimes);

inline constexpr auto kNestedCouponCodeRelationships = not_included(kCouponCodeRelationships);
consteval Source codes_of_coupon() {
  Source row = paged_by_hundred(kBelowCoupon, "coupon_coupon_codes", "/api/coupons/{id}/coupon-codes", "coupon-code",
                                "coupon-codes:read", kRateL);
  row.attributes = kCouponCodeAttributes;
  row.relationships = kNestedCouponCodeRelationships;
  return row;
}
inline constexpr Source kCouponCouponCodes = codes_of_coupon();

inline constexpr Source kNestedProductRows[] = {
    kCategoryItems,
    ids_of(kCategoryItems, "catalog_category_item_ids", "/api/catalog-categories/{id}/relationships/items", "created"),
    kItemCategories,
    ids_of(kItemCategories, "catalog_item_category_ids", "/api/catalog-items/{id}/relationships/categories", "created"),
    kItemVariants,
    ids_of(kItemVariants, "catalog_item_variant_ids", "/api/catalog-items/{id}/relationships/variants", "created"),
    kCouponCouponCodes,
    ids_of(kCouponCouponCodes, "coupon_coupon_code_ids", "/api/coupons/{id}/relationships/coupon-codes"),
};

}  // namespace klaviyo::catalogue
