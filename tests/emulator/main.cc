#include <pthread.h>

#include <csignal>
#include <exception>
#include <iostream>

#include "options.h"

int main(int argc, char** argv) {
  // Blocked before any thread starts, so that they all leave these signals to the wait below.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    const emulator::CommandLine command = emulator::parse_command_line(argc, argv);
    if (command.exit_code) return *command.exit_code;
    emulator::Server server(command.server);
    if (const std::string problem = server.start(); !problem.empty()) {
      std::cerr << "klaviyo-emulator: " << problem << '\n';
      return 1;
    }
    std::cout << "klaviyo-emulator listening on " << server.url() << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "klaviyo-emulator: " << error.what() << '\n';
    return 1;
  }
}
