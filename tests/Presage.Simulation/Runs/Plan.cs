using System.Globalization;
using Presage.Metrics;
using Presage.Storage;

namespace Presage.Simulation;

/// <summary>A run as data: the settings of the store and the steps, both from one seed.</summary>
sealed record Plan(ulong Seed, IReadOnlyList<Operation> Operations)
{
    /// <summary>Weights of the steps: calm work, work with deaths, a bad disk, all together.</summary>
    static readonly (OperationKind Kind, int Calm, int Deadly, int Broken)[] Weights =
    [
        (OperationKind.Append, 30, 30, 30),
        (OperationKind.Burst, 12, 8, 8),
        (OperationKind.Late, 8, 6, 6),
        (OperationKind.Repeat, 6, 5, 5),
        (OperationKind.Conflict, 4, 3, 3),
        (OperationKind.NewSeries, 5, 4, 4),
        (OperationKind.OutOfBounds, 2, 1, 1),
        (OperationKind.Wait, 15, 15, 15),
        (OperationKind.Minutes, 8, 6, 6),
        (OperationKind.Hours, 3, 2, 2),
        (OperationKind.ClockJump, 1, 1, 1),
        (OperationKind.Flush, 3, 4, 4),
        (OperationKind.FlushBusy, 3, 2, 2),
        (OperationKind.Query, 10, 4, 4),
        (OperationKind.Labels, 2, 1, 1),
        (OperationKind.Compare, 2, 1, 1),
        (OperationKind.Care, 2, 2, 2),
        (OperationKind.Delete, 1, 1, 1),
        (OperationKind.Backfill, 2, 2, 2),
        (OperationKind.Rollups, 2, 1, 1),
        (OperationKind.Snapshot, 1, 1, 1),
        (OperationKind.Copy, 1, 1, 1),
        (OperationKind.Verify, 1, 1, 1),
        (OperationKind.Rot, 0, 0, 1),
        (OperationKind.Reopen, 2, 2, 2),
        (OperationKind.Kill, 1, 5, 2),
        (OperationKind.PowerLoss, 0, 5, 2),
        (OperationKind.KillWithin, 0, 6, 2),
        (OperationKind.PowerLossWithin, 0, 6, 2),
        (OperationKind.Fault, 0, 0, 6),
        (OperationKind.Fill, 0, 0, 3),
        (OperationKind.Heal, 0, 0, 6),
    ];

    /// <summary>Some series are kept for two hours; their roll-ups as long as those of the others.</summary>
    static readonly RetentionRule[] ShorterForSome =
    [
        new RetentionRule(
            [new LabelMatcher("i", MatchOperator.RegexMatch, "[1-4]")],
            new RetentionTimes(TimeSpan.FromHours(2), TimeSpan.FromDays(90), TimeSpan.FromDays(730))),
    ];

    /// <summary>The run of a seed.</summary>
    public static Plan Of(ulong seed)
    {
        var random = new Generator(seed);
        int mood = random.Below(4);
        var operations = new Operation[5 + random.Skewed(150)];
        for (int i = 0; i < operations.Length; i++)
        {
            operations[i] = new Operation(Pick(random, mood), random.Bits());
        }

        return new Plan(seed, operations);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static Plan Parse(string text)
    {
        string[] lines = [.. text.Split('\n').Select(static l => l.Trim())
            .Where(static l => l.Length > 0 && !l.StartsWith('#'))];
        ulong seed = ulong.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        return new Plan(seed, [.. lines.Skip(1).Select(Operation.Parse)]);
    }

    public override string ToString() => $"seed {Seed}\n" + string.Join('\n', Operations);

    /// <summary>The settings of the store in this run.</summary>
    public StorageOptions Options(string folder, Disk disk)
    {
        // Every option has a generator of its own: a further option changes no old plan.
        Generator Random(int option) => new(Seed ^ (0x5EED_0000UL + (ulong)option));
        T Pick<T>(int option, params T[] among) => Random(option).Pick(among);
        return new StorageOptions
        {
            DataFolder = folder,
            Disk = disk,
            FsyncBeforeAck = Random(0).Chance(0.2),
            Retention = Pick(1, TimeSpan.FromHours(3), TimeSpan.FromDays(1), TimeSpan.FromDays(15)),
            PastMax = Pick(2, TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2)),
            OutOfOrderWindow = Pick(3, TimeSpan.Zero, TimeSpan.FromMinutes(10), TimeSpan.FromHours(2),
                TimeSpan.FromHours(2), TimeSpan.FromHours(2)),
            IdleMax = Pick(4, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2)),
            FlushDelay = Pick(5, TimeSpan.Zero, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(50)),
            DiskBytesMax = Pick(9, 0, 0, 0, 0, 0, 20_000, 200_000),
            RetentionRules = Pick<IReadOnlyList<RetentionRule>>(10, [], [], [], ShorterForSome),
            SeriesMax = Pick(11, 5_000_000, 5_000_000, 5_000_000, 8, 20),
            SeriesPerHostMax = Pick(12, 200_000, 200_000, 200_000, 4),
            RunBeside = RunHere,
            EarlyFlushBytes = Pick(8, 0, 1 << 10, 16 << 20),
            EarlyFlushBytesPerSeries = 0,
            FlushOnClose = Random(7).Chance(0.7),
            JournalSegmentBytesMax = Pick(6, 4 << 10, 64 << 10, 1 << 20),
        };
    }

    /// <summary>Runs the store's work on block files on the simulation's thread.</summary>
    public static Task RunHere(Action work)
    {
        try
        {
            work();
            return Task.CompletedTask;
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
    }

    static OperationKind Pick(Generator random, int mood)
    {
        int sum = Weights.Sum(w => WeightOf(w, mood));
        int at = random.Below(sum);
        foreach (var weight in Weights)
        {
            at -= WeightOf(weight, mood);
            if (at < 0)
            {
                return weight.Kind;
            }
        }

        return OperationKind.Append;
    }

    static int WeightOf((OperationKind Kind, int Calm, int Deadly, int Broken) weight, int mood) => mood switch
    {
        0 => weight.Calm,
        1 => weight.Deadly,
        2 => weight.Broken,
        _ => Math.Max(weight.Deadly, weight.Broken),
    };
}
