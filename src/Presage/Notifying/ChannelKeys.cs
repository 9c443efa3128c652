using Microsoft.AspNetCore.DataProtection;

namespace Presage.Notifying;

/// <summary>
/// The keys that encrypt secrets of channels. They are read, or made, for the first secret: that takes XML and
/// 5 MB, and most servers begin without any. They lie unencrypted in the data folder on purpose, readable by its owner
/// only.
/// </summary>
sealed class ChannelKeys(string folder) : IDataProtectionProvider
{
    readonly Lazy<IDataProtectionProvider> _provider = new(() => DataProtectionProvider.Create(
        new DirectoryInfo(folder), static keys => keys.SetApplicationName("presage")));

    public IDataProtector CreateProtector(string purpose) => _provider.Value.CreateProtector(purpose);
}
