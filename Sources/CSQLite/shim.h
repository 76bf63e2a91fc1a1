#pragma once
#include <sqlite3.h>

/// Switches one of the on/off options of sqlite3_db_config(), which is variadic and so cannot be called from Swift.
static inline int sqlite3_db_config_switch(sqlite3 *db, int option, int on) {
    return sqlite3_db_config(db, option, on, (int *)0);
}
