using Presage.Detection;

namespace Presage.Watching;

/// <summary>The file of all series' traces: docs/formats/detection-state.md, "Traces of all series".</summary>
static class SeriesTraces
{
    /// <summary>Below the data folder.</summary>
    public const string FileName = "series-traces.bin";

    /// <summary>Series of a block; the last one may have fewer.</summary>
    public const int BlockSeries = SeriesStates<SeriesTrace>.BlockSeries;

    static readonly SeriesStates<SeriesTrace> States = new(
        "PRESTRC\n"u8,
        new SeriesStateVersion<SeriesTrace>(1, SeriesTrace.BytesBefore, false, SeriesTrace.TryReadBefore),
        new SeriesStateVersion<SeriesTrace>(2, SeriesTrace.BytesBefore, true, SeriesTrace.TryReadBefore),
        new SeriesStateVersion<SeriesTrace>(3, SeriesTrace.Bytes, true, SeriesTrace.TryRead));

    /// <summary>Writes all traces; what was there before stays when that fails.</summary>
    public static void Write(string path, IEnumerable<(ulong KeyHash, SeriesTrace Trace)> traces) =>
        States.Write(path, traces, static (trace, output) => trace.Save(output));

    /// <summary>
    /// Reads all traces that can be used; null when there are none. What is wrong with the others stands in
    /// <paramref name="problem"/>.
    /// </summary>
    public static List<(ulong KeyHash, SeriesTrace Trace)>? Read(string path, out string? problem) =>
        States.Read(path, out problem);
}
