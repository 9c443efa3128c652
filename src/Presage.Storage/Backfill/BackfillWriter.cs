using System.Text;
using Microsoft.Extensions.Logging;
using Presage.Metrics;

namespace Presage.Storage;

/// <summary>
/// Writes history straight into blocks of past days, around the journal and the head: for imports. Samples may come in
/// any order and as often as they like; memory stays bounded. Nothing shows before <see cref="CompleteAsync"/>, and
/// nothing is kept without it. Repeating a backfill changes nothing. One caller at a time.
/// </summary>
public sealed class BackfillWriter : IAsyncDisposable
{
    /// <summary>A day in more pieces than this is joined before more are written.</summary>
    const int PiecesOfDayMax = 8;

    readonly Disk _disk;
    readonly BlockTiers _tiers;
    readonly TimeProvider _time;
    readonly StorageOptions _options;
    readonly Func<IReadOnlyList<BackfillPiece>, Action, CancellationToken, Task> _publish;
    readonly Action<CorruptDataException> _onDamage;
    readonly ILogger _logger;
    readonly BackfillRun _run = new();
    readonly Dictionary<string, long> _hosts = new(StringComparer.Ordinal);
    List<BackfillPiece> _pieces = [];
    bool _ended;

    internal BackfillWriter(
        Disk disk,
        BlockTiers tiers,
        TimeProvider time,
        StorageOptions options,
        Func<IReadOnlyList<BackfillPiece>, Action, CancellationToken, Task> publish,
        Action<CorruptDataException> onDamage,
        ILogger logger
    )
    {
        _disk = disk;
        _tiers = tiers;
        _time = time;
        _options = options;
        _publish = publish;
        _onDamage = onDamage;
        _logger = logger;
    }

    /// <summary>Samples taken so far, repeated ones included.</summary>
    public long Samples { get; private set; }

    /// <summary>The newest sample taken so far of each host, in ms since 1970 UTC.</summary>
    public IReadOnlyDictionary<string, long> Hosts => _hosts;

    /// <summary>
    /// Takes a batch. Samples older than the longest retention, further in the future than the store accepts, or with
    /// labels beyond the limit are refused and counted in the outcome. Now and then it writes some million samples to
    /// the disk, which takes a second.
    /// </summary>
    /// <exception cref="IOException">The disk is full or broken; dispose the writer and begin again.</exception>
    /// <exception cref="ObjectDisposedException">It was completed or disposed.</exception>
    public AppendOutcome Append(SampleBatch batch)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        var now = _time.GetUtcNow();
        long newestMs = (now + _options.FutureMax).ToUnixTimeMilliseconds();
        long oldestMs = (now - _options.LongestRetention).ToUnixTimeMilliseconds();
        int accepted = 0,
            tooOld = 0,
            tooNew = 0,
            tooLong = 0;
        string? refusal = null;
        foreach (ref readonly var series in batch.Series)
        {
            if (_run.IsFull)
            {
                Spill();
            }

            var key = batch.KeyOf(series);
            if (key.Length > JournalFormat.KeyBytesMax)
            {
                tooLong += series.SampleCount;
                refusal ??= Refusal.KeyTooLong(key);
                continue;
            }

            int number = -1;
            long lastMs = long.MinValue;
            for (int i = series.FirstSample; i < series.FirstSample + series.SampleCount; i++)
            {
                long timestampMs = batch.TimestampsMs[i];
                if (timestampMs < oldestMs || timestampMs > newestMs)
                {
                    tooOld += timestampMs < oldestMs ? 1 : 0;
                    tooNew += timestampMs > newestMs ? 1 : 0;
                    refusal ??= OutOfBounds(key, timestampMs, oldestMs, newestMs);
                    continue;
                }

                number = number < 0 ? _run.Find(key) : number;
                _run.Add(number, timestampMs, batch.Values[i]);
                lastMs = Math.Max(lastMs, timestampMs);
                accepted++;
                if (_run.IsFull)
                {
                    Spill();
                    number = -1;
                }
            }

            Note(key, lastMs);
        }

        Samples += accepted;
        return new AppendOutcome
        {
            Accepted = accepted,
            TooOld = tooOld,
            TooFarInFuture = tooNew,
            LabelsTooLong = tooLong,
            FirstRefusal = refusal,
        };
    }

    /// <summary>
    /// Makes everything taken readable, in one step that survives power loss. Merging it with what the days held, and
    /// its roll-ups in files, follow in the background; queries are right at once.
    /// </summary>
    /// <exception cref="IOException">The disk is full or broken: nothing of the backfill shows yet. Where it broke
    /// after the decision was written, all of it shows once the disk works again; so repeat the backfill.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        Spill();
        await _publish(_pieces, () => _pieces = [], cancellationToken);
        _ended = true;
    }

    /// <summary>Drops what was not completed.</summary>
    public ValueTask DisposeAsync()
    {
        _ended = true;
        foreach (var piece in _pieces)
        {
            try
            {
                piece.Delete(_disk);
            }
            catch (IOException e)
            {
                // The file has no name that counts, and the next start deletes it.
                Log.TemporaryFileStays(_logger, piece.TemporaryPath, e.Message);
            }
        }

        _pieces = [];
        return ValueTask.CompletedTask;
    }

    void Note(ReadOnlySpan<byte> key, long lastMs)
    {
        if (lastMs > long.MinValue && SeriesKey.HostOf(key) is { IsEmpty: false } name)
        {
            string host = Encoding.UTF8.GetString(name);
            _hosts[host] = Math.Max(lastMs, _hosts.GetValueOrDefault(host, long.MinValue));
        }
    }

    void Spill()
    {
        if (_run.Count == 0)
        {
            return;
        }

        _run.Write(_disk, _tiers.Raw, _pieces);
        foreach (
            var day in _pieces.GroupBy(static p => p.DayMs).Where(static d => d.Count() > PiecesOfDayMax).ToArray()
        )
        {
            Join(day.Key, [.. day]);
        }
    }

    /// <summary>Joins the pieces of a day into one, so that no day is read from hundreds of files.</summary>
    void Join(long dayMs, BackfillPiece[] pieces)
    {
        var cache = new PageCache(0);
        Block[] blocks = [.. pieces.Select(p => new Block(_disk, p.TemporaryPath, cache))];
        try
        {
            var job = new MergeJob
            {
                FromMs = dayMs,
                ToMs = dayMs + 86_400_000,
                Raw = blocks,
                Kind = BlockKind.Flushed,
            };
            var numbers = new MergeNumbers(_tiers.Numbers, job);
            using var merge = new SpanMerge(_tiers, job, numbers, KeepAll.Rules, MergePace.Hurried, _onDamage);
            merge.Run(CancellationToken.None);
            merge.Commit();
            _pieces.RemoveAll(pieces.Contains);
            _pieces.AddRange(merge.Files.Select(f => new BackfillPiece(dayMs, f.Path)));
        }
        finally
        {
            Array.ForEach(blocks, static b => b.Dispose());
        }

        Array.ForEach(pieces, piece => piece.Delete(_disk));
    }

    static string OutOfBounds(ReadOnlySpan<byte> key, long timestampMs, long oldestMs, long newestMs)
    {
        string why = timestampMs < oldestMs
            ? $"older than the longest retention ({oldestMs} ms)"
            : $"later than the clock allows ({newestMs} ms)";
        return $"{LabelSet.FromKey(key)}: the sample of {timestampMs} ms is {why}.";
    }
}
