#include "engine/sketch/style.h"
namespace plantain::engine::sketch {
void apply_style(Canvas&, const Stage&, Watch&) {}
}
