using Presage.Storage;

namespace Presage.Cli;

/// <summary>How <c>presage storage</c> prints, whether it looked into a folder or asked a server.</summary>
static class StorageTables
{
    /// <summary>Rows of each table of <c>stats</c>.</summary>
    public const int Top = 20;

    public static void WriteFiles(IReadOnlyList<StoredFile> files, TextWriter output)
    {
        output.WriteLine(
            $"{"file",-44} {"kind",-12} {"from",-16} {"to",-16} {"series",9} {"samples",13} {"bytes",13} {"B/sample",8}"
        );
        foreach (var file in files)
        {
            output.WriteLine(
                $"{file.Path,-44} {file.Kind,-12} {Minute(file.FromMs),-16} {Minute(file.ToMs),-16} {file.Series,9} "
                    + $"{file.Samples,13} {file.Bytes,13} "
                    + (file.Samples > 0 ? $"{(double)file.Bytes / file.Samples,8:0.000}" : $"{"",8}")
            );
        }
    }

    public static void WriteKinds(IReadOnlyList<StoredFile> files, TextWriter output)
    {
        foreach (var kind in files.GroupBy(static f => f.Kind))
        {
            long samples = kind.Sum(static f => f.Samples), bytes = kind.Sum(static f => f.Bytes);
            string content = samples > 0
                ? $"{samples} samples, {bytes} bytes, {(double)bytes / samples:0.000} each"
                : $"{bytes} bytes, samples not counted";
            int count = kind.Count();
            output.WriteLine($"{kind.Key}: {count} file{(count == 1 ? "" : "s")}, {content}");
        }
    }

    public static void WriteCounts(string title, IEnumerable<(string Name, long Count)> counts, TextWriter output)
    {
        output.WriteLine($"\n{title}");
        foreach (var (name, count) in counts)
        {
            output.WriteLine($"{count,12}  {name}");
        }
    }

    static string Minute(long? ms) =>
        ms is { } known ? $"{DateTimeOffset.FromUnixTimeMilliseconds(known):yyyy-MM-dd HH:mm}" : "";
}
