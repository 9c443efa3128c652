namespace Presage.Simulation;

/// <summary>
/// The process ends here: whatever runs is unwound, and the disk it wrote to takes nothing any more.
/// </summary>
sealed class SimulatedCrashException() : Exception("The simulated process has died.");
