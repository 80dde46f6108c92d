/* Moves the wall clock of the process it is preloaded into, so that a test need not wait for a session to expire.
   The file named by TEST_CLOCK_FILE holds the offset in seconds; monotonic clocks, and so timers, are left alone. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *moment) {
    int status = (int)syscall(SYS_clock_gettime, clock, moment);
    const char *path = getenv("TEST_CLOCK_FILE");
    if (status != 0 || clock != CLOCK_REALTIME || path == NULL) {
        return status;
    }
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return status;
    }
    char text[32] = {0};
    if (read(file, text, sizeof text - 1) > 0) {
        moment->tv_sec += atol(text);
    }
    close(file);
    return status;
}
