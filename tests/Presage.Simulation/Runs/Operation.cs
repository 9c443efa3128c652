using System.Globalization;

namespace Presage.Simulation;

/// <summary>What a run may do next.</summary>
enum OperationKind
{
    Append,
    Burst,
    Late,
    Repeat,
    Conflict,
    NewSeries,
    OutOfBounds,
    Wait,
    Minutes,
    Hours,
    ClockJump,
    Flush,
    FlushBusy,
    Query,
    Labels,
    Compare,
    Care,
    Delete,
    Backfill,
    Rollups,
    Snapshot,
    Copy,
    Verify,
    Rot,
    Reopen,
    Kill,
    PowerLoss,
    KillWithin,
    PowerLossWithin,
    Fault,
    Fill,
    Heal,
}

/// <summary>
/// One step of a run. Everything random in it comes from its own seed, so that a step does the same whichever others
/// are taken out.
/// </summary>
readonly record struct Operation(OperationKind Kind, ulong Seed)
{
    public override string ToString() => $"{Kind} {Seed:x16}";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static Operation Parse(string line)
    {
        string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new Operation(
            Enum.Parse<OperationKind>(parts[0]), ulong.Parse(parts[1], NumberStyles.HexNumber));
    }
}
