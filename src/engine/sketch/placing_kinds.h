// What the placing has to know of a thing: whether it flies, floats, fits a table, is worn, can be
// sat on.
// Threads: pure functions.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "engine/sketch/stage.h"

namespace plantain::engine::sketch {

// Whether a drawing's name begins with one of these.
bool one_of(std::string_view part, std::initializer_list<std::string_view> names);

// The half figure of a person whose drawing stands: "man-standing-light-skin-tone" ->
// "man-light-skin-tone".
std::string half_figure(std::string part);

// What somebody holds who does this; empty: nothing.
std::string_view prop_of(std::string_view pose);

// The height of a seat or a top, as a share of the drawing's height.
float seat_of(std::string_view part, Kind kind);

// Ridden with a leg on either side.
bool is_straddled(const Actor& a);
// Stands on a table rather than on the ground.
bool is_small_thing(const Actor& a);
// What a small thing stands on or before, where the picture shows only that: tables and windows.
bool is_tabletop(const Actor& a);
// Carried in the arms rather than in a hand.
bool is_cuddled(const Actor& a);
bool is_hat(std::string_view part);
bool is_scarf(std::string_view part);
// Holds others inside, its front before them.
bool is_vessel(std::string_view part);
// Ridden although it is a thing: it moves with its rider.
bool is_ridden_thing(const Actor& a);
bool is_child(const Actor& a);

bool flies(const Actor& actor);
Footing footing_of(const Actor& actor, const Stage& stage);

// In metres, as far as the picture shows of it; a bust that is no portrait counts with its body.
float height_m(const Actor& a);

}  // namespace plantain::engine::sketch
