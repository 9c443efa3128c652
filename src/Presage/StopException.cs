namespace Presage;

/// <summary>
/// The server has stopped, and something it was to write then could not be written. The message says what and what
/// that means.
/// </summary>
sealed class StopException(IReadOnlyList<Exception> causes) : Exception(
    $"Presage has stopped, but could not write all it keeps beside samples: {causes[0].Message} What was learned, " +
    "acknowledged or changed in the last minutes may be missing; every sample that was acknowledged is stored. Mend " +
    "the disk of the data folder before the next start.", causes[0]);
