namespace Presage.Configuration;

/// <summary>
/// The configuration cannot be used. The message names where, the key, the value and the accepted form.
/// </summary>
sealed class ConfigurationException(string message) : Exception(message);
