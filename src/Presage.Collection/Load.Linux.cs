using Presage.Collection.Reading;

namespace Presage.Collection;

/// <summary>/proc/loadavg: load, and the number of threads (its fourth word is running/all).</summary>
sealed class LinuxLoad(Sources sources, SeriesKeys keys) : ICollector
{
    readonly SourceFile _file = sources.Proc("loadavg");
    readonly byte[][] _loads = [keys.Key("node_load1"), keys.Key("node_load5"), keys.Key("node_load15")];
    readonly byte[] _threads = keys.Key("node_processes_threads");

    public string Name => "loadavg";

    public void Collect(CollectionWriter writer)
    {
        if (_file.TryRead(out var content))
        {
            Parse(content, writer);
        }
        else
        {
            writer.Missing(_file.Path);
        }
    }

    internal void Parse(ReadOnlySpan<byte> content, CollectionWriter writer)
    {
        var words = new ByteScanner(content);
        foreach (byte[] key in _loads)
        {
            if (!words.TryReadNumber(out double load))
            {
                return;
            }

            writer.Write(key, load);
        }

        if (words.TryReadUntil((byte)'/', out _) && words.TryReadUnsigned(out ulong threads))
        {
            writer.Write(_threads, threads);
        }
    }
}
