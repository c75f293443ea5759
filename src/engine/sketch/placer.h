// How place_actors() works inside: one object that fills one stage.
// Threads: an object belongs to one thread.
#pragma once

#include <algorithm>
#include <vector>

#include "engine/sketch/placing_kinds.h"
#include "engine/sketch/placing_ties.h"
#include "engine/sketch/stage.h"

namespace plantain::engine::sketch {

// Sizes are in pixels of the picture, x in 0 … width.
class Placer {
 public:
  Placer(const Scene& scene, Stage& stage);
  void run();

 private:
  // placing.cc: the subject, sizes, and what all have in common.
  void choose_subject();
  void fit_the_largest();
  void aim_camera(bool close);
  const Actor& actor(int i) const { return scene_.actors[static_cast<size_t>(i)]; }
  const Anchor& anchor(int i) const { return anchors_[static_cast<size_t>(i)]; }
  bool is_shown(int i) const;
  float shown(float ratio) const;
  float height_px(const Actor& a) const;
  float width_px(const Placed& p) const;
  float width_px(int i, float height) const;
  float base_at(float depth, Footing footing) const;
  void keep_inside(Placed& p) const;
  void clamp_x(Placed& p) const;
  Placed fresh(int i);
  bool carries_people(int i) const;
  void dress(Placed& p, const Actor& a);
  void dress_child(Placed& p, const Actor& a);
  std::string with_skin(const std::string& part);

  // placing_free.cc: what stands, floats or flies by itself.
  void place_free(int i);
  float next_anchor(int count);
  void place_portrait(int i);
  void place_in_heaven(int i);
  void place_in_air(int i);
  void find_room(Placed& p, const std::vector<Placed>& others, float low);
  void place_flock(int i);
  void place_on_ground(int i, float anchor);
  void fill_meadow(int i, float height);
  float nearness(int i) const;
  void make_room();
  bool stands_free(const Placed& p) const;
  void part_two(Placed& a, Placed& b) const;

  // placing_table.cc: tables, chairs and what is done at them.
  void place_at_table();
  void place_sitter(int i);
  void lay_on_table(int i, const std::string& part, float tall_m, int n);
  void place_on_table(int i);
  void seat(Placed p);
  void give_props();

  // placing_tied.cc: what another's place decides. `rank`: which of all that share the hosts in
  // this way; `k` of `of`: which of those of one host; `along`: -0.5 … 0.5 across it.
  struct Share {
    int rank, k, of;
    float along;
  };
  void place_tied(int i);
  Share share_of(int i, int n, size_t hosts) const;
  void set_tied(Placed& p, const Actor& a, const Placed& host, const Share& share);
  void set_held(Placed& p, const Actor& a, const Placed& host, const Share& share);
  void set_held_by_person(Placed& p, const Actor& a, const Placed& host, const Share& share);
  void set_mount(Placed& p, const Placed& rider);
  void set_on_seat(Placed& p, const Actor& a, const Placed& host, const Share& share);
  void set_on(Placed& p, const Actor& a, const Placed& host, const Share& share);
  void set_worn(Placed& p, const Placed& host);
  void set_riding(Placed& p, const Actor& a, const Placed& host);
  void set_in(Placed& p, const Actor& a, const Placed& host, const Share& share);
  void set_beside(Placed& p, const Placed& host, const Share& share);

  const Scene& scene_;
  Stage& stage_;
  const std::vector<Anchor> anchors_;
  Chance chance_;
  float w_, h_;
  int subject_ = 0, slots_ = 0, balloons_ = 0;
  float sitter_px_ = 0, subject_m_ = 1, subject_px_ = 1, subject_z_ = 1, floor_ = 0,
        first_side_ = 1;
  bool portrait_ = false;
};

}  // namespace plantain::engine::sketch
