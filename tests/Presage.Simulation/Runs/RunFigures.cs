namespace Presage.Simulation;

/// <summary>What runs have done.</summary>
sealed class RunFigures
{
    public long Operations { get; set; }

    public long Samples { get; set; }

    public long Deaths { get; set; }

    public long PowerLosses { get; set; }

    public long DiskOperations { get; set; }

    public long Faults { get; set; }

    public void Add(RunFigures other)
    {
        Operations += other.Operations;
        Samples += other.Samples;
        Deaths += other.Deaths;
        PowerLosses += other.PowerLosses;
        DiskOperations += other.DiskOperations;
        Faults += other.Faults;
    }

    public override string ToString() =>
        $"{Operations} operations, {Samples} samples, {Deaths} kills, {PowerLosses} power losses, " +
        $"{DiskOperations} disk operations, {Faults} faults";
}
