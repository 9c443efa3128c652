using System.Globalization;
using Presage.Cli;

namespace Presage;

static class Program
{
    /// <summary>How long a stop may take before the process ends anyway.</summary>
    static readonly TimeSpan StopMax = TimeSpan.FromSeconds(10);

    static Task<int> Main(string[] args)
    {
        // The build has one culture, but a variable of the environment can bring those of the machine back, whose
        // numbers have commas.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        return PresageCommand.RunAsync(args, TimeProvider.System, StopMax);
    }
}
