using Presage.Cli;

namespace Presage;

static class Program
{
    /// <summary>How long a stop may take before the process ends anyway.</summary>
    static readonly TimeSpan StopMax = TimeSpan.FromSeconds(10);

    static Task<int> Main(string[] args) => PresageCommand.RunAsync(args, TimeProvider.System, StopMax);
}
