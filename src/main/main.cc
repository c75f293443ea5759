// `plantain`: one program for the server, its workers and the command.
#include "cli/cli.h"
#include "main/backup.h"
#include "main/bench.h"
#include "main/installation.h"
#include "main/models.h"
#include "main/serve.h"
#include "main/work.h"
#include "worker/picture_reader.h"

int main(int argc, char** argv) {
  // Before anything else: what reads a picture starts nothing of the program.
  if (argc == 2 && argv[1] == plantain::worker::kReadPictureWord)
    plantain::worker::read_picture_child();
  const plantain::cli::Hooks hooks{.serve = plantain::serve,
                                   .worker = plantain::work,
                                   .generate = plantain::generate,
                                   .explain = plantain::explain,
                                   .create_local_key = plantain::create_local_key,
                                   .backup = plantain::backup,
                                   .check_config = plantain::check_catalog,
                                   .test_engine = plantain::test_engine,
                                   .bench_engine = plantain::bench_engine,
                                   .pull = plantain::pull,
                                   .add_model = plantain::add_model,
                                   .verify_models = plantain::verify_models,
                                   .version_details = plantain::version_details};
  return plantain::cli::run(argc, argv, hooks);
}
