using System.Reflection;

namespace Presage;

/// <summary>The version of this build, as in Directory.Build.props.</summary>
static class PresageVersion
{
    public static readonly string Text =
        typeof(PresageVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>(
            )!.InformationalVersion;
}
