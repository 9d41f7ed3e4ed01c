#Requires -Version 5.1
#Requires -Modules Microsoft.Graph.Authentication
<#
.SYNOPSIS
Makes enterprise applications in Microsoft Entra ID for relying party trusts of AD FS.
.DESCRIPTION
Without -Apply nothing is changed: the script reads from Microsoft Graph and shows what it would do.
It can be run again: what is there is found and updated, not made twice. Certificates, app roles and
assignments that are there are kept. Groups and users are found by the SID that Entra Connect
synchronized; where one is not found, nothing of its trust is changed.
Conditional Access policies are made in report-only mode, and left alone where their name is there.
.PARAMETER Apply
Make the changes. Together with -Confirm each of them is asked for; -WhatIf wins over it.
.PARAMETER TenantId
The tenant to sign in to; without it the one of the account.
.EXAMPLE
.\application.ps1
.EXAMPLE
.\application.ps1 -Apply -TenantId contoso.onmicrosoft.com
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [switch]$Apply,
    [string]$TenantId
)

$ErrorActionPreference = 'Stop'
$Acting = $Apply -or ($PSBoundParameters.ContainsKey('Confirm') -and -not $PSBoundParameters['Confirm'])
if (-not $Acting) {
    $WhatIfPreference = $true
    Write-Warning 'Nothing is changed: this shows what would be done. Run the script with -Apply to do it.'
}

# Invoke-Graph makes one call. Entra needs some seconds before what it has made
# is there for the next call, so what is not found is asked for again, where
# this run has made it.
function Invoke-Graph {
    param([string]$Method, [string]$Path, $Body)
    $Call = @{ Method = $Method; Uri = "$GraphHost/$Path"; OutputType = 'Hashtable' }
    if ($null -ne $Body) {
        $Call['Body'] = ConvertTo-Json -InputObject $Body -Depth 32 -Compress
        $Call['ContentType'] = 'application/json; charset=utf-8'
    }
    for ($Try = 1; $true; $Try++) {
        try {
            return Invoke-MgGraphRequest @Call
        } catch {
            $Lag = "$_" -match '404|NotFound|does not exist|409|Conflict'
            if (-not ($Lag -and $script:Fresh) -or $Try -ge 8) { throw }
            Start-Sleep -Seconds (5 * $Try)
        }
    }
}

# Get-GraphList reads all pages of a list.
function Get-GraphList {
    param([string]$Path)
    do {
        $Page = Invoke-Graph -Method 'GET' -Path $Path
        $Page['value']
        $Path = if ($Page['@odata.nextLink']) { $Page['@odata.nextLink'].Substring($GraphHost.Length + 1) }
    } while ($Path)
}

# Get-FilterText is a value between the quotes of a filter.
function Get-FilterText {
    param([string]$Value)
    [uri]::EscapeDataString($Value.Replace("'", "''"))
}

# Test-Known tells whether an id is one, and no token of what is yet to be made.
function Test-Known {
    param([string]$Value)
    $Value -and -not $Value.Contains('{')
}

# Test-Act asks whether to act, as -WhatIf and -Confirm say.
function Test-Act {
    [CmdletBinding(SupportsShouldProcess)]
    param([string]$Target, [string]$Action)
    $PSCmdlet.ShouldProcess($Target, $Action)
}

# Resolve-Principals finds groups or users by their SID, or groups by their name
# in Active Directory.
function Resolve-Principals {
    param([string]$Kind, [string[]]$Refs)
    $Table = @{}
    foreach ($Ref in $Refs) {
        $Property = 'onPremisesSecurityIdentifier'
        $Value = $Ref
        if ($Ref -notmatch '^S-1-') {
            $Property = 'onPremisesSamAccountName'
            $Value = $Ref.Substring($Ref.LastIndexOf('\') + 1)
        }
        $Filter = "$Property eq '$(Get-FilterText $Value)'"
        $Found = @(Get-GraphList "v1.0/$($Kind)?`$select=id,displayName&`$filter=$Filter")
        if ($Found.Count -ne 1) {
            throw "$($Found.Count) $Kind in Entra have the $Property $Value, expected one: synchronize it with Entra Connect, or put the object id into the plan with --groups"
        }
        $Table[$Ref] = $Found[0]['id']
    }
    $Table
}

# Get-ExtensionAppId is the id of the application that holds the directory
# extensions of the tenant, as their names have it.
function Get-ExtensionAppId {
    $Found = @(Get-GraphList "v1.0/applications?`$select=appId&`$filter=displayName eq 'Tenant Schema Extension App'")
    if ($Found.Count -ne 1) {
        throw 'The tenant has no "Tenant Schema Extension App": switch on directory extensions in Entra Connect for the attributes that the claims need'
    }
    $Found[0]['appId'].Replace('-', '')
}

# Find-Application finds the application of an earlier run: by an identifier,
# which is unique in a tenant, or where a run ended before there was one, by its
# name and template.
function Find-Application {
    param([string]$DisplayName, [string[]]$Identifiers, [string]$Template)
    foreach ($Identifier in $Identifiers) {
        $Found = @(Get-GraphList "v1.0/applications?`$filter=identifierUris/any(i:i eq '$(Get-FilterText $Identifier)')")
        if ($Found.Count -gt 0) { return $Found[0] }
    }
    $Named = @(Get-GraphList "v1.0/applications?`$filter=displayName eq '$(Get-FilterText $DisplayName)'")
    $Named | Where-Object { $_['applicationTemplateId'] -eq $Template -and @($_['identifierUris']).Count -eq 0 } | Select-Object -First 1
}

# Initialize-Application finds the application or makes it, and returns its ids.
# What is not made yet has a token in the place of its id.
function Initialize-Application {
    param([string]$DisplayName, [string[]]$Identifiers, [string]$Template, [string]$TemplateName)
    $script:Fresh = $false
    if ($TemplateName) {
        $Templates = @(Get-GraphList "v1.0/applicationTemplates?`$filter=displayName eq '$(Get-FilterText $TemplateName)'")
        if ($Templates.Count -ne 1) { throw "The gallery has $($Templates.Count) templates with the name $TemplateName, expected one" }
        $Template = $Templates[0]['id']
    }
    $Id = @{
        applicationObjectId = '{applicationObjectId}'; appId = '{appId}'; servicePrincipalId = '{servicePrincipalId}'
        userRoleId = '00000000-0000-0000-0000-000000000000'; msiamAccessRoleId = $null
    }
    $Application = Find-Application -DisplayName $DisplayName -Identifiers $Identifiers -Template $Template
    if ($Application) {
        Write-Host "Found: $($Application['displayName']), application $($Application['appId'])"
    } elseif (Test-Act $DisplayName 'create the application and its service principal') {
        $Made = Invoke-Graph -Method 'POST' -Path "v1.0/applicationTemplates/$Template/instantiate" -Body @{ displayName = $DisplayName }
        $script:Fresh = $true
        $Application = $Made['application']
        $null = Invoke-Graph -Method 'GET' -Path "v1.0/servicePrincipals/$($Made['servicePrincipal']['id'])"
        $Application = Invoke-Graph -Method 'GET' -Path "v1.0/applications/$($Application['id'])"
    } else {
        return $Id
    }
    $Id['applicationObjectId'] = $Application['id']
    $Id['appId'] = $Application['appId']
    $Principal = Invoke-Graph -Method 'GET' -Path "v1.0/servicePrincipals(appId='$($Application['appId'])')"
    $Id['servicePrincipalId'] = $Principal['id']
    foreach ($Role in $Application['appRoles']) {
        if ($Role['displayName'] -eq 'User') { $Id['userRoleId'] = $Role['id'] }
        if ($Role['displayName'] -eq 'msiam_access') { $Id['msiamAccessRoleId'] = $Role['id'] }
    }
    $Id
}

# Update-Resource sets properties, or with PUT the whole of a resource.
function Update-Resource {
    param([string]$Why, [string]$Method = 'PATCH', [string]$Path, $Body)
    if (Test-Act $Path $Why) { $null = Invoke-Graph -Method $Method -Path $Path -Body $Body }
}

# Add-Item adds the items of a list property whose ids are not there, and keeps
# the others.
function Add-Item {
    param([string]$Why, [string]$Path, [string]$Property, [string]$Key, $Items)
    $Kept = @()
    if (Test-Known $Path) {
        $Kept = @((Invoke-Graph -Method 'GET' -Path "$($Path)?`$select=$Property")[$Property] | Where-Object { $null -ne $_ })
    }
    foreach ($Item in $Kept) {
        foreach ($Name in @($Item.Keys)) {
            # Windows PowerShell would write times as Microsoft Graph does not read them.
            if ($Item[$Name] -is [datetime]) { $Item[$Name] = $Item[$Name].ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ') }
        }
    }
    $Have = @($Kept | ForEach-Object { $_[$Key] })
    $New = @($Items | Where-Object { $_[$Key] -and $Have -notcontains $_[$Key] })
    if ($New.Count -gt 0 -and (Test-Act $Path "$($Why): $($New.Count) of $($New.Count + $Kept.Count)")) {
        $null = Invoke-Graph -Method 'PATCH' -Path $Path -Body @{ $Property = @($Kept) + @($New) }
    }
}

# Add-SigningCertificate makes a signing certificate and makes it the active
# one, where the application has none.
function Add-SigningCertificate {
    param([string]$Why, [string]$Path, $Body)
    if ((Test-Known $Path) -and (Invoke-Graph -Method 'GET' -Path $Path)['preferredTokenSigningKeyThumbprint']) { return }
    if (Test-Act $Path $Why) {
        $Certificate = Invoke-Graph -Method 'POST' -Path "$Path/addTokenSigningCertificate" -Body $Body
        $null = Invoke-Graph -Method 'PATCH' -Path $Path -Body @{ preferredTokenSigningKeyThumbprint = $Certificate['thumbprint'] }
    }
}

# Set-AssignedPolicy updates the policy of that name that is assigned, or makes
# one and assigns it in the place of others: there can be one of a kind.
function Set-AssignedPolicy {
    param([string]$Why, [string]$Kind, [string]$Assigned, $Body)
    $Have = @()
    if (Test-Known $Assigned) { $Have = @(Get-GraphList $Assigned) }
    $Same = $Have | Where-Object { $_['displayName'] -eq $Body['displayName'] } | Select-Object -First 1
    if ($Same) {
        if (Test-Act "v1.0/policies/$Kind/$($Same['id'])" $Why) {
            $null = Invoke-Graph -Method 'PATCH' -Path "v1.0/policies/$Kind/$($Same['id'])" -Body @{ definition = $Body['definition'] }
        }
        return
    }
    foreach ($Other in $Have) {
        if (Test-Act $Assigned "take away the policy $($Other['displayName'])") {
            $null = Invoke-Graph -Method 'DELETE' -Path "$Assigned/$($Other['id'])/`$ref"
        }
    }
    if (Test-Act $Assigned $Why) {
        $Policy = Invoke-Graph -Method 'POST' -Path "v1.0/policies/$Kind" -Body $Body
        $null = Invoke-Graph -Method 'POST' -Path "$Assigned/`$ref" -Body @{ '@odata.id' = "$GraphHost/v1.0/policies/$Kind/$($Policy['id'])" }
    }
}

# Add-Assignment assigns a principal, where it is not assigned with that role.
function Add-Assignment {
    param([string]$Why, [string]$Path, $Body)
    $Have = @()
    if (Test-Known $Path) { $Have = @(Get-GraphList $Path) }
    $Same = @($Have | Where-Object { $_['principalId'] -eq $Body['principalId'] -and $_['appRoleId'] -eq $Body['appRoleId'] })
    if ($Same.Count -eq 0 -and (Test-Act $Path $Why)) { $null = Invoke-Graph -Method 'POST' -Path $Path -Body $Body }
}

# Add-AccessPolicy makes a Conditional Access policy, where none has its name.
function Add-AccessPolicy {
    param([string]$Why, [string]$Path, $Body)
    $Filter = "displayName eq '$(Get-FilterText $Body['displayName'])'"
    if (@(Get-GraphList "$($Path)?`$filter=$Filter").Count -gt 0) {
        Write-Host "Left as it is: the Conditional Access policy $($Body['displayName'])"
    } elseif (Test-Act $Path "$($Why): $($Body['displayName'])") {
        $null = Invoke-Graph -Method 'POST' -Path $Path -Body $Body
    }
}

