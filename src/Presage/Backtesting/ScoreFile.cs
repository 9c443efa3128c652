using System.Globalization;
using System.IO.Compression;

namespace Presage.Backtesting;

/// <summary>Writes scores as CSV, gzipped when the name ends in .gz.</summary>
sealed class ScoreFile : IDisposable
{
    readonly StreamWriter _writer;
    readonly string[] _metrics;
    readonly bool _explains;

    /// <param name="path">The file; its folder is made.</param>
    /// <param name="leading">Names of the columns that repeat the input: timestamp, value.</param>
    /// <param name="metrics">The metrics' names, for explanations.</param>
    /// <param name="explains">Whether to write the column <c>causes</c>.</param>
    public ScoreFile(string path, string[] leading, string[] metrics, bool explains)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
        }

        Stream file = File.Create(path);
        _writer = new StreamWriter(
            path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(file, CompressionLevel.Fastest)
                : file);
        _metrics = metrics;
        _explains = explains;
        string[] scored = explains ? ["anomaly_score", "alert", "causes"] : ["anomaly_score", "alert"];
        _writer.Write(string.Join(',', leading.Concat(scored)));
        _writer.Write('\n');
    }

    /// <summary>A row; <paramref name="causes"/> are numbers of metrics, the likeliest first.</summary>
    public void Write(string? time, double? value, double score, bool isAlert, ReadOnlySpan<int> causes)
    {
        if (time is not null)
        {
            _writer.Write(Quoted(time));
            _writer.Write(',');
        }

        if (value is not null)
        {
            _writer.Write(value.Value.ToString("R", CultureInfo.InvariantCulture));
            _writer.Write(',');
        }

        _writer.Write(score.ToString("R", CultureInfo.InvariantCulture));
        _writer.Write(isAlert ? ",1" : ",0");
        if (_explains)
        {
            WriteCauses(causes);
        }

        _writer.Write('\n');
    }

    public void Dispose() => _writer.Dispose();

    void WriteCauses(ReadOnlySpan<int> causes)
    {
        _writer.Write(",\"");
        for (int i = 0; i < causes.Length; i++)
        {
            _writer.Write(i == 0 ? "" : ";");
            _writer.Write(_metrics[causes[i]].Replace("\"", "\"\""));
        }

        _writer.Write('"');
    }

    static string Quoted(string text) => text.AsSpan().IndexOfAny(',', '"') < 0 ? text : $"\"{text}\"";
}
