#include "bulkload/cli.h"

int main(int argc, char** argv) { return bulkload::run_cli(argc, argv); }
