using Presage.Detection;

namespace Presage.Watching;

/// <summary>
/// The file of the rhythms of all series that move: docs/formats/detection-state.md, "Rhythms of all series".
/// </summary>
static class SeriesRhythms
{
    /// <summary>Below the data folder.</summary>
    public const string FileName = "series-rhythms.bin";

    static readonly SeriesStates<SeriesRhythm> States = new(
        "PRESRHY\n"u8,
        new SeriesStateVersion<SeriesRhythm>(1, SeriesRhythm.Bytes, true, SeriesRhythm.TryRead));

    /// <summary>Writes all rhythms; what was there before stays when that fails.</summary>
    public static void Write(string path, IEnumerable<(ulong KeyHash, SeriesRhythm Rhythm)> rhythms) =>
        States.Write(path, rhythms, static (rhythm, output) => rhythm.Save(output));

    /// <summary>
    /// Reads all rhythms that can be used; null when there are none. What is wrong with the others stands in
    /// <paramref name="problem"/>.
    /// </summary>
    public static List<(ulong KeyHash, SeriesRhythm Rhythm)>? Read(string path, out string? problem) =>
        States.Read(path, out problem);
}
