namespace Presage;

/// <summary>The server cannot start. The message says why and what to do.</summary>
sealed class StartException(string message, Exception? cause = null) : Exception(message, cause);
