// The schema (schema.sql, then migrations/) as a constant.
#pragma once

#include <string_view>

namespace plantain::store::sqlite {

// "PLTN": tells our files from other programs' (PRAGMA application_id).
inline constexpr int kApplicationId = 0x504C544E;

// What user_version says of a database that is up to date: how many parts of kSchema, divided by
// lines of "-- version N", have run.
extern const int kSchemaVersion;

extern const std::string_view kSchema;

}  // namespace plantain::store::sqlite
