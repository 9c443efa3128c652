using System.Globalization;
using System.Runtime.CompilerServices;

namespace Presage.Tests.Support;

/// <summary>Numbers and texts of the tests are the same wherever they run, as those of the programs are.</summary>
static class OneCulture
{
    [ModuleInitializer]
    public static void Use()
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
    }
}
