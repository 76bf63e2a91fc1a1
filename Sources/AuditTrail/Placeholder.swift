import GRDB
import Crypto
import LoginContracts
import Logging
