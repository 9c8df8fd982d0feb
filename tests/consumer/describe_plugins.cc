// Prints the type and version of every plugin in a folder. Fails when there is none, or one that is no plugin.
#include <dlfcn.h>

#include <filesystem>
#include <iostream>

#include "bulk_input/bulk_input.h"

int main(int argc, char** argv) {
  int plugins = 0;
  for (const auto& file : std::filesystem::directory_iterator(argc > 1 ? argv[1] : ".")) {
    void* library = dlopen(file.path().c_str(), RTLD_NOW | RTLD_LOCAL);
    void* symbol = library != nullptr ? dlsym(library, BULK_INPUT_PLUGIN_SYMBOL) : nullptr;
    if (symbol == nullptr) {
      std::cerr << dlerror() << "\n";
      return 1;
    }
    const bulk_input_plugin* plugin = reinterpret_cast<bulk_input_plugin_v1_function>(symbol)();
    if (plugin->struct_size < sizeof *plugin) {
      std::cerr << file.path() << " was built for another contract\n";
      return 1;
    }
    std::cout << plugin->name << " " << plugin->version << "\n";
    ++plugins;
  }
  return plugins > 0 ? 0 : 1;
}
