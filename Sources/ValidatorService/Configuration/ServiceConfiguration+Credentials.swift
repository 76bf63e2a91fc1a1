extension ServiceConfiguration {
    mutating func readCredentials(_ reader: inout SettingReader, _ needs: Needs) {
        let appID = reader.text(.appID)
        let appSecret = reader.secret(.appSecret)
        let adminKey = reader.secret(.adminKey)
        let isFileSet = reader.layers.value(of: .credentialsFile) != nil
        let file = reader.path(.credentialsFile)
        if isFileSet {
            for setting in [Setting.appID, .appSecret, .adminKey] where self.isSet(setting, reader) {
                reader.complain(
                    about: setting,
                    "and \(Setting.credentialsFile.name) are both set; put all apps into the file."
                )
            }
            guard let file else { return }
            self.platform.credentialsFile = file
            return self.readCredentialsFile(file, &reader)
        }
        guard let appID else {
            for setting in [Setting.appSecret, .adminKey] where self.isSet(setting, reader) {
                reader.complain(about: setting, "is set without \(Setting.appID.name); set that too.")
            }
            if needs.contains(.credentials) {
                reader.complain(
                    about: .appID,
                    "is not set; give one app with PLATFORM_APP_ID, PLATFORM_APP_SECRET and PLATFORM_ADMIN_KEY, or "
                        + "several with PLATFORM_CREDENTIALS_FILE."
                )
            }
            return
        }
        for setting in [Setting.appSecret, .adminKey] where !self.isSet(setting, reader) {
            reader.complain(about: setting, "is not set; \(Setting.appID.name) needs it.")
        }
        guard let appSecret, let adminKey else { return }
        self.platform.credentials = [AppCredentials(kgAppId: appID, appSecret: appSecret, adminKey: adminKey)]
    }

    private mutating func readCredentialsFile(_ path: String, _ reader: inout SettingReader) {
        do throws(ConfigurationError) {
            let file = try CredentialsFile(path, named: reader.layers.problem(of: .credentialsFile))
            self.platform.credentials = file.apps
            if let warning = file.warning { reader.warnings.append(warning) }
        } catch {
            reader.problems += error.problems
        }
    }

    /// Whether the setting is there at all, itself or as the name of a file.
    private func isSet(_ setting: Setting, _ reader: SettingReader) -> Bool {
        reader.layers.value(of: setting) != nil
            || (setting.isSecret && reader.layers.value(of: setting.inFile) != nil)
    }
}

extension ServiceConfiguration.Platform {
    /// The same, with the credentials file read again.
    ///
    /// - Throws: ``ConfigurationError`` if there is no such file or it cannot be used; the old value stays valid.
    package func reloadingCredentials() throws(ConfigurationError) -> Self {
        guard let credentialsFile else {
            throw ConfigurationError(problems: [
                .init(.credentialsFile, nil, "is not set, so there is nothing to read again.")
            ])
        }
        var platform = self
        platform.credentials = try CredentialsFile(credentialsFile, named: .init(.credentialsFile, nil, "")).apps
        _ = try platform.apps()
        return platform
    }
}
