namespace Presage.Import;

/// <summary>Why an import ended; the message says what to do.</summary>
sealed class ImportException(string message, Exception? inner = null) : Exception(message, inner);
