// What tokenizers ask of Unicode, by ICU.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace plantain::model {

// Canonical composition (NFC).
std::u32string composed(std::u32string_view text);

// Lower case, character by character: no look at neighbours, so a final sigma is like any other.
std::u32string lowered(std::u32string_view text);

bool is_letter(char32_t c);  // general category L*
bool is_number(char32_t c);  // N*
bool is_blank(char32_t c);   // White_Space

}  // namespace plantain::model
