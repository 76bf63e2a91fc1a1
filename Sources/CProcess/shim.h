#pragma once
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/// Allows or forbids that the kernel writes this process' memory to disk after a crash, and that a process of the same
/// user reads it (PR_SET_DUMPABLE, prctl(2)); prctl() is variadic and so cannot be called from Swift. 0, or -1 with errno.
static inline int process_set_dumpable(int on) {
#ifdef __linux__
    return prctl(PR_SET_DUMPABLE, (unsigned long)on, 0UL, 0UL, 0UL);
#else
    return 0;
#endif
}

/// Whether the kernel may: 1 yes, 0 no.
static inline int process_is_dumpable(void) {
#ifdef __linux__
    return prctl(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL);
#else
    return 1;
#endif
}

/// Limits core files of this process and its children to 0 bytes, for good (RLIMIT_CORE, setrlimit(2)).
static inline int process_forbid_core_files(void) {
    struct rlimit limit = {0, 0};
    return setrlimit(RLIMIT_CORE, &limit);
}
