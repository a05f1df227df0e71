/* Loaded before libc into a server under test: makes writes and syncs of its database's files fail when told.
 *
 * LZ_FAULT_CONTROL names a file of four 64-bit integers that the test writes and this maps:
 *   [0] which operation fails, counted down from now: 0 = none, 1 = the next one
 *   [1] the errno
 *   [2] 1 = every operation from that one on, until [0] is 0 again
 *   [3] how many operations there were (written here)
 * LZ_FAULT_FILES is what the path of a file must hold for its operations to count. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

static _Atomic int64_t *control;
static const char *files;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("LZ_FAULT_CONTROL");
    files = getenv("LZ_FAULT_FILES");
    if (!path || !files) return;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *map = mmap(NULL, 32, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map != MAP_FAILED) control = map;
}

/* Whether this operation on fd is to fail; errno is set then. */
static int fails(int fd) {
    if (!control) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (!strstr(path, files)) return 0;
    atomic_fetch_add(&control[3], 1);
    int64_t left = atomic_load(&control[0]);
    while (left > 0) {
        if (left == 1 && atomic_load(&control[2])) break;
        if (atomic_compare_exchange_weak(&control[0], &left, left - 1)) break;
    }
    if (left != 1) return 0;
    errno = (int)atomic_load(&control[1]);
    return 1;
}

#define NEXT(name, ...) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))(__VA_ARGS__)

ssize_t write(int fd, const void *from, size_t count) { return fails(fd) ? -1 : NEXT(write, fd, from, count); }
ssize_t pwrite(int fd, const void *from, size_t count, off_t at) {
    return fails(fd) ? -1 : NEXT(pwrite, fd, from, count, at);
}
ssize_t pwrite64(int fd, const void *from, size_t count, off64_t at) {
    return fails(fd) ? -1 : NEXT(pwrite64, fd, from, count, at);
}
int ftruncate(int fd, off_t length) { return fails(fd) ? -1 : NEXT(ftruncate, fd, length); }
int ftruncate64(int fd, off64_t length) { return fails(fd) ? -1 : NEXT(ftruncate64, fd, length); }
int fsync(int fd) { return fails(fd) ? -1 : NEXT(fsync, fd); }
int fdatasync(int fd) { return fails(fd) ? -1 : NEXT(fdatasync, fd); }
