package domain

// What the installation's and the registries' secrets are sealed for; those of people are beside their types.

// KeySeal is the context of an API key's secret.
func KeySeal(secretID string) string { return "api-key:" + secretID }

// AuthInfoSeal is the context of the authorization information that an object is created with.
func AuthInfoSeal(n Name) string { return "auth:" + string(n) }

// AuthCodeSeal is the context of an authorization code that its owner asked for.
func AuthCodeSeal(n Name) string { return "auth-code:" + string(n) }

// SignedCodeSeal is the context of the verification codes that an authority signed for a template.
func SignedCodeSeal(id TemplateID) string { return "signed-code:" + id.Public() }

// InstallationSeal is the context of a fact about the whole installation.
func InstallationSeal(name string) string { return "installation:" + name }
